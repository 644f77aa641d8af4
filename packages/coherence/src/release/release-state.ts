/**
 * The states of a page in the cache of a site, where the region has release consistency.
 *
 * The order is a promise to the fast path, and the bounds are those of the MSI states: readable = `state >= State.S` (8),
 * writable = `state >= State.M` (11).
 */
export const ReleaseState = {
  /** No copy. */
  I: 0,
  /** Asked for a copy. */
  IC_D: 1,
  /** A clean copy that is pinned, being fetched anew after an acquire. */
  CC_D: 2,
  /** A dirty copy, being fetched anew after an acquire: what was written here stays. */
  DD_D: 3,
  /** As DD_D, and a release waits for it: the diff goes out when the data are here. */
  DD_DR: 4,
  /** Clean. */
  C: 8,
  /** Clean and stale: somebody wrote it, so it goes at the next acquire. */
  CS: 9,
  /** This site is the home, and has not written the page since its last release. */
  H: 10,
  /** Dirty: written since the twin was made. */
  D: 11,
  /** Dirty and stale. */
  DS: 12,
  /** This site is the home, and has written the page since its last release. */
  HD: 13,
} as const;
export type ReleaseState = (typeof ReleaseState)[keyof typeof ReleaseState];
export type ReleaseStateName = keyof typeof ReleaseState;

/** States by name, as in the tables. */
export const releaseStateNames = Object.keys(ReleaseState) as readonly ReleaseStateName[];
const nameByState = new Map(releaseStateNames.map((name) => [ReleaseState[name] as number, name]));

/** A state's name, for errors and stories. */
export function releaseStateName(state: number): ReleaseStateName | undefined {
  return nameByState.get(state);
}

/** Nothing of the page is under way to this site. */
export function isReleaseStable(state: number): boolean {
  return state === ReleaseState.I || state >= ReleaseState.C;
}

/** Written here, and not everybody knows: a release has to deal with it. */
export function isReleaseDirty(state: number): boolean {
  return state >= ReleaseState.D || state === ReleaseState.DD_D || state === ReleaseState.DD_DR;
}
