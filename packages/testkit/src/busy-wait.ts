import type { Prng } from "./prng.ts";

/** Does nothing for a random while: often nothing at all, seldom some tens of microseconds. Spreads what overlaps with what. */
export function busyWait(prng: Prng, maxSpins = 16_384): void {
  if (prng.chance(0.5)) return;
  let spins = prng.below(2 ** prng.below(Math.log2(maxSpins) + 1));
  let sum = 0;
  while (spins-- > 0) sum += spins;
  if (sum < 0) throw new Error("unreachable: keeps the loop from being optimised away");
}
