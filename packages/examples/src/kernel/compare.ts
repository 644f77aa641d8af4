/** Checks that most kernels end with. */
import type { Verdict } from "./contract.ts";

type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array | Uint16Array;

/** Every element equal, bit for bit (so that a NaN equals itself and 0 does not equal -0). */
export function sameBits(found: Numbers, expected: Numbers, what = "the serial run"): Verdict {
  const against = `${what}, bit for bit`;
  if (found.length !== expected.length)
    return { ok: false, against, found: `${found.length} elements instead of ${expected.length}` };
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(found[i], expected[i]))
      return { ok: false, against, found: `element ${i} is ${shown(found[i])} instead of ${shown(expected[i])}` };
  }
  return { ok: true, against, found: `${expected.length} elements` };
}

/** Every element within `tolerance` of the expected one, relative to the largest magnitude expected. */
export function closeTo(
  found: Float64Array | Float32Array,
  expected: Float64Array | Float32Array,
  tolerance: number,
  what = "the serial run",
): Verdict {
  const against = `${what}, within ${tolerance}`;
  if (found.length !== expected.length)
    return { ok: false, against, found: `${found.length} elements instead of ${expected.length}` };
  let scale = 0;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]));
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(found[i] - expected[i]) / (scale || 1);
    if (!(error <= tolerance))
      return { ok: false, against, found: `element ${i} is ${found[i]} instead of ${expected[i]}` };
    if (error > worst) worst = error;
  }
  return { ok: true, against, found: `${expected.length} elements, worst error ${worst.toExponential(1)}` };
}

function shown(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
