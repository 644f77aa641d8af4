/** What controllers say to each other about one page. */
export const Kind = {
  /** To the directory: a copy to read. */
  GetS: 0,
  /** To the directory: the only copy, to write. */
  GetM: 1,
  /** To the directory: I hold S and want M; the bytes need not travel. */
  Upg: 2,
  /** To the directory: I drop my S copy. */
  PutS: 3,
  /** To the directory: I give my M copy back; carries the page. */
  PutM: 4,
  /** To the directory: what I just sent to a reader; carries the page. */
  WB: 5,
  /** From the directory: the home copy, and how many InvAcks to wait for; carries the page. */
  Data: 6,
  /** From the directory: your S copy may become M after so many InvAcks. */
  UpgAck: 7,
  /** From the directory to the owner: send the page to the requester and keep a copy. */
  FwdGetS: 8,
  /** From the directory to the owner: send the page to the requester and drop it. */
  FwdGetM: 9,
  /** From the directory to a sharer: drop your copy and tell the requester. */
  Inv: 10,
  /** From the directory: your PutS or PutM is done. */
  PutAck: 11,
  /** From the old owner to the requester; carries the page. */
  DataO: 12,
  /** From a former sharer to the requester. */
  InvAck: 13,
  /**
   * From a page's home to the site that is its home from now on: you have it as S, and so has the requester (which is
   * yourself if nobody else has). In place of acks, how often the page has moved.
   */
  HomeMove: 14,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];
export type KindName = keyof typeof Kind;

/** Kind names by number, for errors, stories and tables. */
export const kindNames = Object.keys(Kind) as readonly KindName[];

/** Does a message of this kind have the page's bytes as its body? */
export function carriesPage(kind: Kind): boolean {
  return kind === Kind.Data || kind === Kind.DataO || kind === Kind.PutM || kind === Kind.WB;
}

/** Is a message of this kind for the page's home directory, rather than for a cache? */
export function isForDirectory(kind: Kind): boolean {
  return kind <= Kind.WB || kind === Kind.HomeMove;
}

/** The three classes of directory protocols: a class may wait only for classes to its right. */
export type MessageClass = "request" | "forward" | "response";

/**
 * WB is a response although it goes to the directory: the directory waits for it in S_D.
 * A carrier that credits each class must therefore always have room for WB, as for Data and the acks. So is HomeMove:
 * whatever reaches the new home waits, in its channel or at the old home, until it is there.
 */
export function messageClass(kind: Kind): MessageClass {
  if (kind < Kind.WB) return "request";
  if (kind === Kind.FwdGetS || kind === Kind.FwdGetM || kind === Kind.Inv) return "forward";
  return "response";
}
