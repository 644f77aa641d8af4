/**
 * @isles/coherence: the MSI page-coherence protocol as pure state machines (page cache and directory).
 *
 * No clock, randomness, timers, promises or `node:*`: messages and loads/stores in, effects out.
 *
 * @packageDocumentation
 */
export { Acquisition, ESCALATE_AFTER, Mode, type PageRange, Phase } from "./acquisition.ts";
export { Directory, type DirectoryEffects, type DirectoryMoves } from "./directory.ts";
export { homeNamedBy, MovingHomes, type StartingHomes } from "./home-moves.ts";
export {
  carriesPage,
  isForDirectory,
  Kind,
  type KindName,
  kindNames,
  type MessageClass,
  messageClass,
} from "./message.ts";
export { type CacheEffects, PageCache } from "./page-cache.ts";
export { type Aside, type PinnedPages, Pins } from "./pins.ts";
export { ProtocolError } from "./protocol-error.ts";
export * from "./release/index.ts";
export { SpanDriver, type SpanPages } from "./span-driver.ts";
export { DirState, type DirStateName, dirStateNames, State, type StateName, stateNames } from "./state.ts";
export { MOVE_AFTER, WriterTally } from "./writer-tally.ts";
