/**
 * Home-based release consistency for the pages of a region: several sites write one page at a time, and what they wrote is
 * sent to the page's home at their next release.
 *
 * A site's shell wires one {@link ReleaseCache}, one {@link ReleaseHome} (for the pages homed there) and one {@link Twins}
 * (the bytes) per region; see docs/PROTOCOL.md, "Release consistency".
 */
export { applyDiff, diffBytesMax, encodeDiff } from "./diff.ts";
export { ReleaseCache, type ReleaseCacheEffects } from "./release-cache.ts";
export { ReleaseHome, type ReleaseHomeEffects } from "./release-home.ts";
export {
  isForReleaseHome,
  ReleaseKind,
  type ReleaseKindName,
  releaseBodyOf,
  releaseKindName,
  releaseKindOf,
  releaseMessageClass,
  wireKindOf,
} from "./release-kind.ts";
export {
  isReleaseDirty,
  isReleaseStable,
  ReleaseState,
  type ReleaseStateName,
  releaseStateName,
  releaseStateNames,
} from "./release-state.ts";
export { Twins } from "./twins.ts";
