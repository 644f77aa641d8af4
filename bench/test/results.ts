/** Results as a run of the bench gives them. */
import type { AnyResult, KernelResult, Result } from "../dist/result.js";

const machine = {
  cpu: "A Processor",
  cores: 2,
  node: "20.20.2",
  v8: "11",
  platform: "linux x64",
  load: 0.1,
  othersBusy: 0,
};
const date = "2026-11-22T10:00:00.000Z";

export const resultWith = (change: Partial<Result>): Result => ({
  row: "1",
  name: "read miss",
  value: 4,
  unit: "µs",
  yardstick: { name: "T0", value: 3.5 },
  ratio: 1.1,
  ratios: [1.08, 1.1, 1.12, 1.1, 1.09],
  higherIsBetter: false,
  target: "<= 1.3",
  met: true,
  p50: 4,
  p99: 9,
  machine,
  date,
  ...change,
});

export const runWith = (change: Partial<KernelResult>): KernelResult => ({
  row: "9",
  kernel: "sor",
  size: "W",
  variant: "isles",
  workers: 2,
  firstSeconds: 1.4,
  seconds: [1, 1.02, 0.98],
  ratios: [0.95, 0.93, 0.97],
  ratio: 0.95,
  speedup: 1.9,
  verdict: { ok: true, against: "the serial run, bit for bit", found: "1000 elements" },
  failed: null,
  breakdown: null,
  machine,
  date,
  ...change,
});

const part = { readMissMs: 20, writeMissMs: 10, lockMs: 0, barrierMs: 30, otherMs: 0, servingMs: 5, computeMs: 935 };

/** A run of one row and one kernel. */
export const aRun: readonly AnyResult[] = [
  resultWith({}),
  resultWith({
    row: "6",
    name: "span <sum>",
    higherIsBetter: true,
    ratio: 0.9,
    ratios: [0.88, 0.9, 0.92, 0.9, 0.89],
    target: ">= 0.97",
    met: false,
  }),
  runWith({ variant: "serial", workers: 1, ratios: [], ratio: null, speedup: 1, seconds: [1.9, 1.9, 1.9] }),
  runWith({ variant: "threads", workers: 1, ratios: [1, 1, 1], ratio: 1 }),
  runWith({ variant: "threads", ratios: [1, 1, 1], ratio: 1 }),
  runWith({ workers: 1, breakdown: [part] }),
  runWith({ breakdown: [part, part] }),
  runWith({ variant: "piscina", verdict: { ok: false, against: "the serial run", found: "element 3 is <4>" } }),
  runWith({
    variant: "comlink",
    failed: "no result within 120 s",
    seconds: [],
    ratios: [],
    ratio: null,
    verdict: null,
  }),
];
