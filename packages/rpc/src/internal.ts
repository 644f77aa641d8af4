/** For the tools and the listed layers above (see scripts/arrows.mjs); no promise of stability. */
export { type Cycle, DeadlockWatch, type SiteReport } from "./deadlock.ts";
export { DEFAULT_LIMITS } from "./limits.ts";
export type {
  StubArrival,
  StubArrivalOptions,
  StubDeparture,
  StubDepartureOptions,
  StubDescription,
} from "./moves.ts";
export { type NodeOptions, RpcNode } from "./node.ts";
export { isRemotePromise } from "./remote-promise.ts";
export { RpcFace } from "./rpc.ts";
export { internalName } from "./services.ts";
