import {
  checkEp,
  EP_PROBLEMS,
  EP_RESULTS,
  epSerially,
  NPB_EP_SEED,
  nextNumbers,
  Randlc,
  skipAhead,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";
import type * as EpProgram from "../src/programs/ep.program.ts";

describe("the random sequence", () => {
  it("can be entered anywhere", () => {
    const random = new Randlc(NPB_EP_SEED);
    const expected = Float64Array.from({ length: 1000 }, () => random.next());
    const from = (start: number) => {
      const numbers = new Float64Array(1000 - start);
      const end = nextNumbers(skipAhead(NPB_EP_SEED, start), numbers);
      expect(end).toBe(skipAhead(NPB_EP_SEED, 1000));
      return numbers;
    };
    for (const start of [0, 1, 2, 511, 512, 999]) expect(from(start)).toEqual(expected.subarray(start));
  });
});

describe("NPB EP", () => {
  it("finds NPB's sums and counts of class S, and the check sees any that is not", () => {
    const problem = EP_PROBLEMS.S!;
    const results = epSerially(problem);
    expect(checkEp(problem, results)).toMatchObject({ ok: true });
    for (let i = 0; i < EP_RESULTS; i++) {
      const spoiled = results.slice();
      spoiled[i] = i < 2 ? results[i] * (1 + 2e-8) : results[i] + 1;
      expect(checkEp(problem, spoiled)).toMatchObject({ ok: false });
      spoiled[i] = Number.NaN;
      expect(checkEp(problem, spoiled)).toMatchObject({ ok: false });
    }
    expect(checkEp(problem, results.subarray(1))).toMatchObject({ ok: false });
  });

  it.each([1, 2, 3])("is verified at %i sites, twice", async (sites) => {
    const program = new URL("../dist/programs/ep.program.js", import.meta.url);
    await using cluster = await launch<typeof EpProgram>({ program, sites });
    const answers = await cluster.runAll("ep", { size: "tiny", repeats: 2 });
    expect(answers.map(({ seconds }) => seconds.length)).toEqual(Array(sites).fill(2));
    expect(answers[0].verdict).toMatchObject({ ok: true });
  });
});
