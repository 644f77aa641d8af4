// What process-leak.main.mjs runs.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { defineProcess, receive } from "isles";

/** Moves at every yield, with a bit of everything that goes along. */
export const traveller = defineProcess(
  function* (
    site,
    /** @type {import("isles").SharedArray<Float64Array>} */ array,
    /** @type {import("isles").ProcessHandle} */ other,
    /** @type {number} */ moves,
  ) {
    const stub = site.rpc.stub(/** @type {const} */ ("launcher"), "echo");
    const list = new Map([["list", [1, 2, { array, other }]]]);
    const call = () => list.size;
    for (let i = 0; i < moves; i++) {
      array.set(0, array.get(0) + call());
      if (i % 10 === 0) yield other.send(i);
      if (i % 25 === 0) yield/** @type {any} */ (stub).echo(i);
      if (i % 5 === 0) {
        const held = site.lock("lock").acquire();
        held.release();
      }
      yield;
    }
    return moves;
  },
);

/** Takes its mail, and moves then. */
export const listener = defineProcess(function* () {
  for (let count = 0; ; count++) if ((yield receive()) === "end") return count;
});

/** Ends in the way that it is told. */
export const brief = defineProcess(function* (site, /** @type {string} */ way) {
  yield;
  if (way === "throw") throw new RangeError("brief");
  if (way === "wait") yield receive({ timeoutMs: 60_000 });
  return site.id;
});

/** Bytes of heap in use once nothing more can be collected: what has been finalized frees more. */
export async function heap() {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  for (let turn = 0; turn < 3; turn++) {
    collect();
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
