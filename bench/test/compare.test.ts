import { expect, test } from "vitest";
import { type Change, compareRuns, differenceLines, gotWorse } from "../dist/compare.js";
import type { AnyResult } from "../dist/result.js";
import { aRun, resultWith, runWith } from "./results.ts";

const changeOf = (before: AnyResult, after: AnyResult): Change => compareRuns([before], [after]).compared[0]!.change;
const scaled = (ratios: readonly number[], factor: number) => ratios.map((ratio) => ratio * factor);
const quiet = [1.08, 1.1, 1.12, 1.1, 1.09];
const noisy = [0.8, 1.1, 1.5, 0.9, 1.3];

test("a change beyond the noise is one, in the direction that is better for that ratio", () => {
  const times = (factor: number) => resultWith({ ratios: scaled(quiet, factor) });
  expect(changeOf(times(1), times(1.2))).toBe("slower");
  expect(changeOf(times(1), times(0.8))).toBe("faster");
  const speeds = (factor: number) => resultWith({ ratios: scaled(quiet, factor), higherIsBetter: true });
  expect(changeOf(speeds(1), speeds(1.2))).toBe("faster");
  expect(changeOf(speeds(1), speeds(0.8))).toBe("slower");
  const kernels = (factor: number) => runWith({ ratios: scaled([0.95, 0.93, 0.97], factor) });
  expect(changeOf(kernels(1), kernels(0.8))).toBe("slower");
});

test("a change within the noise of either run is none", () => {
  const [calm, wild] = [quiet, noisy].map((ratios) => resultWith({ ratios }));
  const slower = (ratios: readonly number[]) => resultWith({ ratios: scaled(ratios, 1.2) });
  expect(changeOf(wild!, slower(noisy))).toBe("same");
  expect(changeOf(calm!, slower(noisy))).toBe("same");
  expect(changeOf(wild!, slower(quiet))).toBe("same");
});

test("less than a tenth is no change, however quiet the rounds", () => {
  const exact = (ratio: number) => resultWith({ ratios: [ratio, ratio, ratio] });
  expect(changeOf(exact(1), exact(1.09))).toBe("same");
  expect(changeOf(exact(1), exact(1.11))).toBe("slower");
});

test("too few rounds are not judged, except where something is counted", () => {
  const few = (ratio: number, unit: string) => resultWith({ ratios: [ratio], unit });
  expect(changeOf(few(1, "µs"), few(2, "µs"))).toBe("unknown");
  expect(changeOf(few(1, "B"), few(2, "B"))).toBe("slower");
});

test("a result that has become wrong is said so, and one that is right again", () => {
  const right = runWith({});
  const wrong = runWith({ verdict: { ok: false, against: "the serial run", found: "element 3" } });
  const late = runWith({ failed: "no result within 120 s", ratios: [], ratio: null, verdict: null });
  expect(changeOf(right, wrong)).toBe("broken");
  expect(changeOf(right, late)).toBe("broken");
  expect(changeOf(late, right)).toBe("mended");
  expect(changeOf(late, wrong)).toBe("unknown");
});

test("what only one run has is counted, and yardsticks of one name are kept apart", () => {
  const other = resultWith({ yardstick: { name: "RTT", value: 2 } });
  const { compared, onlyBefore, onlyAfter } = compareRuns([resultWith({}), other], [other, runWith({})]);
  expect(compared.map(({ name }) => name)).toEqual(["1. read miss vs RTT"]);
  expect(onlyBefore).toEqual(["1. read miss vs T0"]);
  expect(onlyAfter).toEqual(["9. sor W, isles by 2 vs threads"]);
});

test("a run compared with itself is the same, but for what gives no ratio", () => {
  const { compared, onlyBefore, onlyAfter, otherMachine } = compareRuns(aRun, aRun);
  expect(compared.filter(({ change }) => change !== "same").map(({ name }) => name)).toEqual([
    "9. sor W, piscina by 2 vs threads",
    "9. sor W, comlink by 2 vs threads",
  ]);
  expect([...onlyBefore, ...onlyAfter]).toEqual([]);
  expect(otherMachine).toBeUndefined();
});

test("the lines say what changed by how much, and that the machine is another one", () => {
  const slow = resultWith({ ratios: scaled(quiet, 1.5), machine: { ...resultWith({}).machine, cores: 16 } });
  const lines = differenceLines(compareRuns([resultWith({})], [slow]), "old.json").join("\n");
  expect(lines).toContain("SLOWER by 50 %  1. read miss vs T0: ratio 1.10 → 1.65 (noise 10 %)");
  expect(lines).toContain(
    "another machine, A Processor, 2 cores, linux x64, Node 20; this one is A Processor, 16 cores",
  );
  expect(lines).toContain("0 within their noise, 1 slower, 0 faster");
});

test("a run is held to what got slower or wrong, but not to what a busy machine may have done", () => {
  const slow = resultWith({ ratios: scaled(quiet, 1.5) });
  const busy = resultWith({ ...slow, machine: { ...slow.machine, othersBusy: 0.5 } });
  const wrong = runWith({ verdict: { ok: false, against: "the serial run", found: "element 3" } });
  expect(gotWorse(compareRuns([resultWith({})], [slow]))).toBe(true);
  expect(gotWorse(compareRuns([resultWith({})], [busy]))).toBe(false);
  expect(gotWorse(compareRuns([slow], [resultWith({})]))).toBe(false);
  expect(gotWorse(compareRuns([runWith({})], [wrong]))).toBe(true);
  const lines = differenceLines(compareRuns([resultWith({})], [busy]), "old.json");
  expect(lines.find((line) => line.includes("SLOWER"))).toContain("doubtful: the machine was busy");
});
