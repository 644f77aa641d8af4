/** What the synchronisation services of one endpoint have done so far. Plain counters, never reset. */
export interface SyncStats {
  /** Calls that waited for an answer, blocking or not. */
  waits: number;
  /** Locks and semaphore permits obtained. */
  acquisitions: number;
  /** Locks this site gave straight to the next waiter, without asking the home. */
  handOffs: number;
}
