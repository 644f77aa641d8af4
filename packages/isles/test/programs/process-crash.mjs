// Processes that tell the launcher of each of their steps, for tests that kill sites under them.
import { defineProcess, receive } from "isles";

/** @typedef {{ step(id: number, step: number, site: number): boolean }} Witness */

/** Counts until the witness has seen enough. The witness is called once per step, so it sees every copy that runs. */
export const counting = defineProcess(function* (site, /** @type {number} */ weight) {
  const load = new Float64Array(weight).fill(1);
  let step = 0;
  for (;;) {
    const witness = /** @type {Witness} */ (site.rpc.blocking("launcher", "witness"));
    const goesOn = witness.step(site.process.id, step, site.id);
    step++;
    load[step % Math.max(1, weight)] += 1;
    if (!goesOn) return { steps: step, sum: load.reduce((a, b) => a + b, 0) };
    yield;
  }
});

/** The same with what it is sent, until it is sent "end". */
export const listening = defineProcess(function* (site) {
  /** @type {unknown[]} */
  const got = [];
  const witness = /** @type {Witness} */ (site.rpc.blocking("launcher", "witness"));
  for (let step = 0; ; step++) {
    witness.step(site.process.id, step, site.id);
    const message = yield receive();
    if (message === "end") return { steps: step + 1, got };
    got.push(message);
  }
});
