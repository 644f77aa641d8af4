/**
 * What the home of a process and the sites tell each other about where it runs. `p` is the process. `e` is the epoch of a
 * copy of it: each copy that is ever made has one of its own, given out by the home in rising order, so that a message about a copy that is
 * no more names nobody.
 */
export type ToSite<S = unknown> =
  /** Make the process (new, or from a checkpoint) and run it. */
  | { readonly k: "start"; readonly p: number; readonly e: number; readonly source: S }
  /** Copy `e` is about to be offered: answer at once whether that is possible. Until it is answered, nothing is suspended. */
  | { readonly k: "reserve"; readonly p: number; readonly e: number }
  /** Suspend copy `e` at its next yield and offer it to site `to` as copy `next`. */
  | { readonly k: "move"; readonly p: number; readonly e: number; readonly next: number; readonly to: number }
  /** The prepared copy `e` is the process from now on. */
  | { readonly k: "commit"; readonly p: number; readonly e: number }
  /** The move to `next` is off: the copy goes on. */
  | { readonly k: "resume"; readonly p: number; readonly e: number; readonly next: number }
  /** Copy `e` is not the process (any more): forget it, without running any of its code. */
  | { readonly k: "drop"; readonly p: number; readonly e: number }
  /**
   * Site `from`, which was to offer copy `e`, is lost: do you have it? To be taken after all that site sent and that can still
   * arrive: an offer that comes after the answer is too late.
   */
  | { readonly k: "settle"; readonly p: number; readonly e: number; readonly from: number };

export type ToHome =
  | { readonly k: "started"; readonly p: number; readonly e: number }
  /** Copy `e` could not be made or taken here. */
  | { readonly k: "refused"; readonly p: number; readonly e: number; readonly why: string }
  | { readonly k: "ready"; readonly p: number; readonly e: number }
  /** Copy `e` cannot be suspended for the move to `next`; it goes on. */
  | { readonly k: "stuck"; readonly p: number; readonly e: number; readonly next: number; readonly why: string }
  /** Copy `e` is here, complete, and not running. `received`: messages that it has got so far. */
  | { readonly k: "prepared"; readonly p: number; readonly e: number; readonly received: number }
  /** Answer to `settle`: copy `e` is not here. Had it been, `prepared` would be the answer. */
  | { readonly k: "absent"; readonly p: number; readonly e: number }
  /** The process has ended. */
  | { readonly k: "ended"; readonly p: number; readonly e: number; readonly outcome: unknown };

/** From the site that a process leaves to the one it goes to. */
export interface Offer<I = unknown> {
  readonly k: "offer";
  readonly p: number;
  readonly e: number;
  readonly image: I;
}
