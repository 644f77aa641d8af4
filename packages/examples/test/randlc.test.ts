import { multiplyModulo46, NPB_CG_SEED, NPB_MULTIPLIER, Randlc } from "@isles/examples";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const MODULUS = 2n ** 46n;

describe("randlc", () => {
  it("multiplies modulo 2^46 like whole numbers do", () => {
    const state = fc.bigInt({ min: 1n, max: MODULUS - 1n });
    fc.assert(
      fc.property(state, state, (a, x) => {
        expect(multiplyModulo46(Number(a), Number(x))).toBe(Number((a * x) % MODULUS));
      }),
    );
  });

  it("gives NPB's sequence from NPB's seed", () => {
    const random = new Randlc();
    let x = BigInt(NPB_CG_SEED);
    for (let k = 0; k < 1000; k++) {
      x = (x * BigInt(NPB_MULTIPLIER)) % MODULUS;
      expect(random.next()).toBe(Number(x) / 2 ** 46);
    }
  });

  it("is uniform enough to have mean one half", () => {
    const random = new Randlc();
    let sum = 0;
    for (let k = 0; k < 100_000; k++) sum += random.next();
    expect(sum / 100_000).toBeCloseTo(0.5, 2);
  });
});
