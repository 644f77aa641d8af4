import { DirState, type DirStateName } from "./state.ts";
import { compileTable, type Row, type TransitionTable } from "./transition-table.ts";

/**
 * What can reach a directory, refined so that no row needs a condition.
 *
 * An Upg from a site that is no sharer (any more) is refined to GetM: it needs the bytes.
 */
export const DirEvent = {
  GetS: 0,
  GetM: 1,
  /** An upgrade from a site that the directory still knows as a sharer. */
  UpgSharer: 2,
  PutS: 3,
  /** PutS from the only sharer. */
  PutSLast: 4,
  PutMOwner: 5,
  /** PutM from a site that is not the owner any more: a forward crossed it. */
  PutMOther: 6,
  /** The owner's write-back, while somebody shares. */
  WB: 7,
  /** The owner's write-back, after all who would have shared have left. */
  WBUnshared: 8,
  /** The owner's write-back, of a page that is to live where it is written: the owner becomes its home. */
  WBMoves: 9,
  /** Another home gives the page to this one. */
  HomeMove: 10,
  /** A request from the owner, or a write-back from a site that is not: always an error. */
  Impossible: 11,
} as const;
export type DirEvent = (typeof DirEvent)[keyof typeof DirEvent];
export type DirEventName = keyof typeof DirEvent;

export const DirAction = {
  /** The home copy to the sender, no acks to wait for. */
  sendData: 0,
  /** The home copy to the sender, acks = the other sharers. */
  sendDataAcks: 1,
  /** acks = the other sharers. */
  sendUpgAck: 2,
  /** Inv to every sharer but the sender, who is named as the requester. */
  sendInvs: 3,
  sendFwdGetS: 4,
  sendFwdGetM: 5,
  sendPutAck: 6,
  addSharer: 7,
  /** The owner, who keeps a copy, joins the sender among the sharers. */
  addOwnerAsSharer: 8,
  removeSharer: 9,
  clearSharers: 10,
  setOwner: 11,
  clearOwner: 12,
  /** The message's body becomes the home copy. */
  store: 13,
  /** The request waits, in order of arrival, until the write-back is here. */
  enqueue: 14,
  drain: 15,
  /** The page, and who shares it besides, to its owner, who is its home from now on. */
  sendHomeMove: 16,
  /** To the home as it is known here, in the name of who sent it. */
  passOn: 17,
  /** The requests that waited, in their order. */
  passOnQueue: 18,
  /** This site and the one that the message names share the page. */
  takeOver: 19,
} as const;
export type DirAction = (typeof DirAction)[keyof typeof DirAction];
export type DirActionName = keyof typeof DirAction;
export type DirRow = Row<DirStateName, DirEventName, DirActionName>;

/**
 * The home directory, MSI with explicit eviction. It never stalls a channel: only S_D makes a request wait, in a
 * queue of its own page. In S_D the owner field still names the site whose write-back is awaited. A slot of a page that
 * was never homed here is in U until the page's home comes.
 */
export const directoryRows: readonly DirRow[] = [
  ["U", "GetS", "S", ["sendData", "addSharer"]],
  ["U", "GetM", "M", ["sendData", "setOwner"]],
  ["U", "PutS", "U", ["sendPutAck"]],
  ["U", "PutMOther", "U", ["sendPutAck"]],

  ["S", "GetS", "S", ["sendData", "addSharer"]],
  ["S", "GetM", "M", ["sendDataAcks", "sendInvs", "clearSharers", "setOwner"]],
  ["S", "UpgSharer", "M", ["sendUpgAck", "sendInvs", "clearSharers", "setOwner"]],
  ["S", "PutS", "S", ["removeSharer", "sendPutAck"]],
  ["S", "PutSLast", "U", ["removeSharer", "sendPutAck"]],
  ["S", "PutMOther", "S", ["sendPutAck"]],

  ["M", "GetS", "S_D", ["sendFwdGetS", "addSharer", "addOwnerAsSharer"]],
  ["M", "GetM", "M", ["sendFwdGetM", "setOwner"]],
  ["M", "PutS", "M", ["sendPutAck"]],
  ["M", "PutMOwner", "U", ["store", "clearOwner", "sendPutAck"]],
  ["M", "PutMOther", "M", ["sendPutAck"]],

  ["S_D", "GetS", "S_D", ["enqueue"]],
  ["S_D", "GetM", "S_D", ["enqueue"]],
  ["S_D", "UpgSharer", "S_D", ["enqueue"]],
  ["S_D", "PutS", "S_D", ["removeSharer", "sendPutAck"]],
  ["S_D", "PutSLast", "S_D", ["removeSharer", "sendPutAck"]],
  ["S_D", "PutMOwner", "S_D", ["removeSharer", "sendPutAck"]],
  ["S_D", "PutMOther", "S_D", ["removeSharer", "sendPutAck"]],
  ["S_D", "WB", "S", ["store", "clearOwner", "drain"]],
  ["S_D", "WBUnshared", "U", ["store", "clearOwner", "drain"]],

  // Only here may a home move: no Data, Inv or forward of this directory is under way to anybody, for the owner had them
  // all answered before it wrote. So nothing that the new home sends can overtake what the old one sent.
  ["S_D", "WBMoves", "Moved", ["sendHomeMove", "clearSharers", "clearOwner", "passOnQueue"]],
  ["U", "HomeMove", "S", ["takeOver"]],
  ["Moved", "HomeMove", "S", ["takeOver"]],
  ["Moved", "GetS", "Moved", ["passOn"]],
  ["Moved", "GetM", "Moved", ["passOn"]],
  ["Moved", "PutS", "Moved", ["passOn"]],
  ["Moved", "PutMOther", "Moved", ["sendPutAck"]], // of a former owner: the page is not needed, nor who else shares it
];

export const compileDirectoryTable = (rows: readonly DirRow[]): TransitionTable =>
  compileTable({ states: DirState, events: DirEvent, actions: DirAction }, rows);

export const directoryTable: TransitionTable = compileDirectoryTable(directoryRows);
export const dirEventNames = Object.keys(DirEvent) as readonly DirEventName[];
export const dirActionNames = Object.keys(DirAction) as readonly DirActionName[];
