import type { KernelAnswer, Verdict } from "@isles/examples";
import { expect, test } from "vitest";
import {
  geometricMean,
  isSound,
  type KernelRound,
  kernelRunOf,
  type Rounds,
  roundOf,
} from "../dist/macro/kernel-run.js";
import { kernelTable } from "../dist/macro/tables.js";
import { aRun } from "./results.ts";

const right: Verdict = { ok: true, against: "x", found: "fine" };
const wrong: Verdict = { ok: false, against: "x", found: "element 3" };
const waits = { readMissMs: 100, writeMissMs: 0, lockMs: 0, barrierMs: 50, otherMs: 0, servingMs: 50 };
const answer = (change: Partial<KernelAnswer>): KernelAnswer => ({
  kernel: "sor",
  size: "tiny",
  workers: 2,
  seconds: [1],
  verdict: undefined,
  ...change,
});

const roundsOf = (
  variant: Rounds["variant"],
  seconds: readonly number[],
  verdicts: readonly Verdict[] = [],
): Rounds => ({
  kernel: "sor",
  size: "tiny",
  variant,
  workers: 2,
  failed: null,
  firstSeconds: null,
  rounds: seconds.map((time, i): KernelRound => ({ seconds: time, verdict: verdicts[i] ?? right, breakdown: null })),
});

test("a round lasts as long as its slowest worker; of several runs in it, the median", () => {
  const answers = [answer({ seconds: [1, 5, 3], verdict: right }), answer({ seconds: [2, 4, 1] })];
  expect(roundOf(answers)).toEqual({ seconds: 3, verdict: right, breakdown: null });
});

test("what a worker did not wait it computed", () => {
  const { breakdown } = roundOf([answer({ times: [waits], verdict: right }), answer({ times: [waits] })]);
  expect(breakdown).toEqual([
    { ...waits, computeMs: 800 },
    { ...waits, computeMs: 800 },
  ]);
});

test("a result that nobody has checked is none", () => {
  expect(() => roundOf([answer({}), answer({})])).toThrow("no worker has checked the result");
});

test("ratios are those of rounds in turn; a contestant that stopped early is compared in the rounds it had", () => {
  const threads = roundsOf("threads", [1, 2, 4]);
  expect(kernelRunOf(roundsOf("isles", [2, 2, 4]), threads, 6)).toMatchObject({
    ratios: [0.5, 1, 1],
    ratio: 1,
    speedup: 3,
  });
  expect(kernelRunOf(roundsOf("piscina", [2]), threads, undefined)).toMatchObject({
    ratios: [0.5],
    ratio: 0.5,
    speedup: null,
  });
  expect(kernelRunOf(roundsOf("isles", [2]), undefined, 6)).toMatchObject({ ratios: [], ratio: null });
});

test("one wrong round makes the run wrong, whichever it was", () => {
  const run = kernelRunOf(roundsOf("isles", [1, 1, 1], [right, wrong, right]), undefined, undefined);
  expect(run.verdict).toBe(wrong);
  expect(isSound(run)).toBe(false);
});

test("the geometric mean of a half and a double is one", () => {
  expect(geometricMean([0.5, 2, 1])).toBeCloseTo(1, 12);
});

test("the table shows times, speedups, the breakdown, and what is wrong", () => {
  const table = kernelTable(aRun.filter((result) => "kernel" in result));
  expect(table).toMatch(/serial 1900 ms/);
  expect(table).toContain("the first run, not yet optimised: serial 1400 ms, threads by 1 1400 ms");
  expect(table).toMatch(/2 +1000 ms 1.90× +1000 ms 1.90× +WRONG +FAILED +0.95/);
  expect(table).toMatch(/2 +93.5 % +2.0 % +1.0 % +0.0 % +3.0 % +0.0 % +0.5 %/);
  expect(table).toContain("piscina, 2: WRONG: element 3 is <4> (against the serial run)");
  expect(table).toContain("comlink, 2: FAILED: no result within 120 s");
});
