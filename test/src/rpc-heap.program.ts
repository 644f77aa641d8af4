import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { AnyStub, Site, Stub } from "isles";

/** The sites of rpc-heap.main.ts: a fresh callback with every call. */

export interface Caller {
  call(n: number, callback: Stub<(n: number) => number>): Promise<number>;
  /** The same from a blocked thread. */
  callBlocking(n: number, callback: AnyStub<(n: number) => number>): number;
}

export function serve(site: Site): void {
  const caller: Caller = {
    call: async (n, callback) => callback(n),
    callBlocking: (n, callback) => site.rpc.blocking(callback)(n),
  };
  site.rpc.expose("caller", caller);
}

/** Calls the other site with a fresh callback each time, blocking; the event loop has its turn after each batch. */
export async function callBlocking(site: Site, { from, to }: { from: number; to: number }): Promise<number> {
  const caller = site.rpc.blocking<Caller>(1 - site.id, "caller");
  let wrong = 0;
  for (let n = from; n < to; n++) {
    if (caller.callBlocking(n, (m) => m + 1) !== n + 1) wrong++;
    if (n % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return wrong;
}

/** Bytes of heap in use once nothing more can be collected: what has been finalized frees more. */
export async function heap(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let turn = 0; turn < 3; turn++) {
    collect();
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
