/**
 * What a wait is for, as far as it can be part of a deadlock: nothing but the endpoints it leads to can make it succeed. A
 * wait that may end by itself (a timeout, an abort signal) or by anybody's doing (a semaphore, a word) has no reason.
 */
export type WaitReason =
  | { readonly kind: "call"; readonly to: number; readonly call: number; readonly method: string }
  | { readonly kind: "lock"; readonly name: string; readonly home: number; readonly req: number }
  | {
      readonly kind: "collective";
      readonly what: CollectiveName;
      readonly name: string;
      readonly group: { readonly id: number };
    };

export type CollectiveName = "barrier" | "reduce";

/** The reason alone, without whatever else the object that serves as one carries: it can travel. */
export function plainReason(reason: WaitReason): WaitReason {
  switch (reason.kind) {
    case "call":
      return { kind: "call", to: reason.to, call: reason.call, method: reason.method };
    case "lock":
      return { kind: "lock", name: reason.name, home: reason.home, req: reason.req };
    case "collective":
      return { kind: "collective", what: reason.what, name: reason.name, group: { id: reason.group.id } };
    default:
      return reason satisfies never;
  }
}
