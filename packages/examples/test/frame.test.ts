import { describe, expect, it } from "vitest";
import { alone, type KernelArgs, runDriven, runKernel, sameBits, type Verdict } from "../src/index.ts";

const EXPECTED = Float64Array.of(1, 2, 3);

/** A kernel of one worker; `clears`: whether its reset takes the old result away. `works`: in which of its runs it does its work. */
function answerOf(args: KernelArgs, { clears = true, works = (_run: number): boolean => true } = {}) {
  const result = new Float64Array(3);
  let run = 0;
  return runKernel(alone, "toy", args, {
    reset: () => void (clears && result.fill(0)),
    compute: () => {
      if (works(run++)) result.set(EXPECTED);
    },
    check: () => sameBits(result, EXPECTED),
  });
}

describe("the frame of the kernels", () => {
  it("checks the result of every timed run", () => {
    expect(answerOf({ repeats: 3, warmUps: 1 })).toMatchObject({ seconds: { length: 3 }, verdict: { ok: true } });
    expect(answerOf({ repeats: 3 }, { works: (run) => run !== 1 }).verdict).toMatchObject({
      ok: false,
      found: "element 0 is 0 instead of 1",
    });
  });

  it("does not believe a check that an earlier result satisfies", async () => {
    const found = /satisfied before the work is done/;
    expect(answerOf({ checkStart: true }, { clears: false }).verdict).toMatchObject({
      ok: false,
      found: expect.stringMatching(found),
    });
    const satisfied: Verdict = { ok: true, against: "nothing", found: "" };
    const nothing = async () => undefined;
    const driven = await runDriven(
      1,
      "toy",
      { checkStart: true },
      { reset: nothing, compute: nothing, check: async () => satisfied },
    );
    expect(driven.verdict).toMatchObject({ ok: false, found: expect.stringMatching(found) });
  });

  it("is content where a fresh start has no result", () => {
    expect(answerOf({ checkStart: true, repeats: 2 }).verdict).toMatchObject({ ok: true, found: "3 elements" });
  });

  it("has no verdict without a check", () => {
    expect(answerOf({ check: false }, { works: () => false }).verdict).toBeUndefined();
  });

  it.each<[object, RegExp]>([
    [{ repeats: 0 }, /toy: repeats is a whole number, 1 or more, got 0/],
    [{ warmUps: -1 }, /warmUps is a whole number, 0 or more, got -1/],
    [{ repeats: "3" }, /repeats is a whole number, 1 or more, got "3"/],
    [{ check: "false" }, /check is true or false, got "false"/],
    [{ chek: false }, /there is no argument chek; there are size, warmUps/],
  ])("refuses %j", (args, message) => {
    expect(() => answerOf(args)).toThrow(message);
  });

  it("tells -0 from 0, and says so", () => {
    expect(sameBits(Float64Array.of(-0), Float64Array.of(0)).found).toBe("element 0 is -0 instead of 0");
  });
});
