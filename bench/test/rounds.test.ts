import type { Worker } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";
import { isSound, type KernelRun } from "../dist/macro/kernel-run.js";
import { VARIANTS, type Variant } from "../dist/macro/kernels.js";
import { measure, type Plan } from "../dist/macro/rounds.js";

const plan: Plan = {
  size: "tiny",
  counts: [2],
  variants: VARIANTS,
  roundsOf: () => 2,
  roundSecondsOf: () => 0,
  warmUpSecondsOf: () => 0,
  progress: () => undefined,
  deadlineMs: 3_000,
  modules: {
    moduleOf: (kernel, _variant: Variant) => new URL(`./kernels/${kernel}.mjs`, import.meta.url),
    workerModuleOf: (kernel) => new URL(`./kernels/${kernel}.mjs`, import.meta.url),
  },
};

async function runsOf(kernel: string, change: Partial<Plan> = {}): Promise<Partial<Record<Variant, KernelRun>>> {
  const runs: Partial<Record<Variant, KernelRun>> = {};
  for await (const run of measure(kernel, { ...plan, ...change })) runs[run.variant] = run;
  return runs;
}

/** Every thread that was started from this one. */
const started: Worker[] = [];
process.on("worker", (worker) => started.push(worker));

afterEach(() => {
  expect(started.length).toBeGreaterThan(0);
  // A thread that has ended has no id.
  expect(started.filter(({ threadId }) => threadId !== -1)).toEqual([]);
  started.length = 0;
});

test("all variants run, are checked and compared with threads round by round", async () => {
  const runs = await runsOf("fine");
  expect(Object.keys(runs)).toEqual([...VARIANTS]);
  for (const run of Object.values(runs)) {
    expect(isSound(run)).toBe(true);
    expect(run).toMatchObject({
      kernel: "fine",
      size: "tiny",
      workers: run.variant === "serial" ? 1 : 2,
      failed: null,
    });
    expect(run.firstSeconds).toBe(0.001);
    expect(run.seconds).toEqual([0.001, 0.001]);
    expect(run.ratios).toEqual(run.variant === "serial" ? [] : [1, 1]);
    expect(run.speedup).toBe(1);
  }
});

test("warm-ups are as many as the first run's time asks for, and no rounds", async () => {
  const runs = await runsOf("counted", {
    variants: ["threads"],
    warmUpSecondsOf: () => 0.01,
  });
  // One first run, ten to warm up with one to check, two rounds: `counted` says how often its frame was asked for.
  expect(runs.threads!.verdict!.found).toBe("1+0, 1+10, 1+0, 1+0");
  expect(runs.threads!.seconds).toEqual([0.001, 0.001]);
});

test("a wrong result is found in every variant", async () => {
  const runs = await runsOf("liar");
  for (const variant of VARIANTS) {
    expect(isSound(runs[variant]!)).toBe(false);
    expect(runs[variant]).toMatchObject({ verdict: { ok: false, found: "element 3 is 4" }, failed: null });
  }
});

test.each(["thrower", "unchecked"])("%s fails in every variant, with the reason", async (kernel) => {
  const runs = await runsOf(kernel);
  for (const variant of VARIANTS) {
    expect(isSound(runs[variant]!)).toBe(false);
    expect(runs[variant]!.failed).toMatch(kernel === "thrower" ? /no such luck/ : /no worker has checked/);
    expect(runs[variant]!.seconds).toEqual([]);
  }
});

test("workers that do not come to an end are ended at the deadline", async () => {
  const runs = await runsOf("sleeper", { deadlineMs: 500 });
  for (const variant of VARIANTS) expect(runs[variant]!.failed).toContain("no result within 0.5 s");
});

test("a variant that a kernel does not have is left out", async () => {
  const moduleOf = (kernel: string, variant: Variant) =>
    variant === "comlink" ? undefined : plan.modules!.moduleOf(kernel, variant);
  const runs = await runsOf("fine", { modules: { ...plan.modules!, moduleOf } });
  expect(Object.keys(runs)).toEqual(["serial", "threads", "isles", "piscina"]);
});
