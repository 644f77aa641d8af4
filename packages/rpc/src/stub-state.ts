import type { Lease } from "./lease.ts";
import type { Stubs } from "./stubs.ts";
import type { CallOptions } from "./types.ts";

/** What a stub's calls go to. */
export type Target =
  | { readonly kind: "service"; readonly peer: number; readonly name: string }
  /** Whoever exposes a service of that name. */
  | { readonly kind: "any"; readonly name: string; peer?: number }
  /** An object of another endpoint. */
  | { readonly kind: "object"; readonly lease: Lease; readonly label: string };

/** How a stub's calls end: with a promise, by blocking the caller, or unheard. */
export type Manner = "async" | "blocking" | "oneWay";

export interface StubState {
  readonly target: Target;
  readonly manner: Manner;
  readonly options: CallOptions;
  /** The endpoint's stubs that it is one of. */
  readonly caller: Stubs;
}

const state = Symbol("isles stub");

export function markAsStub(stub: object, as: StubState): void {
  Object.defineProperty(stub, state, { value: as });
}

/** The state of a stub; undefined if the value is none. */
export function stubStateOf(value: object): StubState | undefined {
  return Object.hasOwn(value, state) ? (value as { [state]: StubState })[state] : undefined;
}
