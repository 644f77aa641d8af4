/**
 * `@isles/rpc`: remote procedure calls between the endpoints of a cluster, over the transport that memory uses: stubs that
 * block as a local procedure does, stubs that return promises, callbacks and objects by reference, streams, and endpoints
 * for Comlink. It is not a network protocol of its own, and it does not start sites.
 */
export { type ByReference, byReference, type ReferenceOptions } from "./by-reference.ts";
export { RpcEndpoint } from "./channel.ts";
export type { RpcStats } from "./core.ts";
export { CallLostError } from "./errors.ts";
export type { RpcLimits } from "./limits.ts";
export { transfer } from "./transferred.ts";
export {
  type AnyStub,
  any,
  type BlockingStream,
  type BlockingStub,
  type CallContext,
  type CallOptions,
  type Exposed,
  type ExposeOptions,
  type Group,
  type GroupCall,
  type OneWayOptions,
  type OneWayStub,
  type Received,
  type ReceivedBlocking,
  type RemotePromise,
  type RemoteStream,
  type Rpc,
  type SiteOutcome,
  type SiteRef,
  type SiteRpc,
  type Stub,
  type StubArguments,
  type StubOptions,
} from "./types.ts";
export { withOptions } from "./with-options.ts";
