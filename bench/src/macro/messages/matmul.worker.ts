import { makePanel, multiplyRows } from "@isles/examples";
import { giveAway } from "../give-away.ts";

const panel = makePanel();

/** The rows of the product that come from these rows of A. */
export function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const c = new Float64Array(a.length);
  multiplyRows(n, a, b, c, panel);
  return giveAway(c, [c.buffer]);
}
