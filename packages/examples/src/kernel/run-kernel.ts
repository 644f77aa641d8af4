/** The frame of every kernel: start, warm-ups, timed runs between barriers, checks. */
import type { KernelAnswer, KernelArgs, SizeName, Team, Times, Verdict } from "./contract.ts";

/** What a kernel does, seen from one worker. */
export interface KernelParts {
  /** Brings this worker's part of the data to the start. Untimed; a barrier follows. */
  reset(): void;
  /** The work; timed, from barrier to barrier. */
  compute(): void;
  /** Looks at the whole result, wherever the workers left it. Called at worker 0 alone, untimed, after every timed run. */
  check(): Verdict;
}

/**
 * The parts of the last call, by kernel. Kernels make theirs anew in every call, and what the engine has compiled for a function goes
 * with the last one made from it: without these the next call would have all of it compiled again while it is timed.
 */
const lastParts = new Map<string, KernelParts>();

/** Runs a kernel on a team; every worker calls it. Throws TypeError for arguments that make no sense. */
export function runKernel(team: Team, kernel: string, args: KernelArgs, parts: KernelParts): KernelAnswer {
  lastParts.set(kernel, parts);
  const { size, warmUps, repeats, check, checkStart } = withDefaults(kernel, args);
  const seconds: number[] = [];
  const times: Times[] = [];
  let verdict: Verdict | undefined;
  for (let run = -warmUps; run < repeats; run++) {
    parts.reset();
    team.barrier();
    const before = team.times?.();
    const start = performance.now();
    parts.compute();
    team.barrier();
    const end = performance.now();
    if (run >= 0) {
      seconds.push((end - start) / 1000);
      if (before !== undefined) times.push(timesBetween(before, team.times!()));
      if (check && team.id === 0) verdict = worse(verdict, parts.check());
    }
    team.barrier(); // nobody starts anew while the result is being looked at
  }
  if (checkStart) {
    parts.reset();
    team.barrier();
    if (team.id === 0) verdict = orTooSoon(verdict, parts.check());
    team.barrier();
  }
  return { kernel, size, workers: team.count, seconds, verdict, ...(times.length > 0 && { times }) };
}

/** The same for a kernel that one thread drives by messages to `workers` others. */
export interface DrivenParts {
  reset(): Promise<void>;
  compute(): Promise<void>;
  check(): Promise<Verdict>;
}

export async function runDriven(
  workers: number,
  kernel: string,
  args: KernelArgs,
  parts: DrivenParts,
): Promise<KernelAnswer> {
  const { size, warmUps, repeats, check, checkStart } = withDefaults(kernel, args);
  const seconds: number[] = [];
  let verdict: Verdict | undefined;
  for (let run = -warmUps; run < repeats; run++) {
    await parts.reset();
    const start = performance.now();
    await parts.compute();
    const end = performance.now();
    if (run < 0) continue;
    seconds.push((end - start) / 1000);
    if (check) verdict = worse(verdict, await parts.check());
  }
  if (checkStart) {
    await parts.reset();
    verdict = orTooSoon(verdict, await parts.check());
  }
  return { kernel, size, workers, seconds, verdict };
}

/** One thread alone: the team of the serial runs. */
export const alone: Team = {
  id: 0,
  count: 1,
  share: (length) => ({ start: 0, end: length }),
  barrier: () => undefined,
  reduce: (_name, value) => value,
};

/**
 * `start` is what the check says after a reset and before any work. Were it satisfied, it would look at what an earlier run has left,
 * and say nothing about the runs that were timed.
 */
function orTooSoon(verdict: Verdict | undefined, start: Verdict): Verdict | undefined {
  if (!start.ok || verdict?.ok === false) return verdict;
  const found = "the check is satisfied before the work is done: what an earlier run left is still there";
  return { ok: false, against: start.against, found };
}

/** The first verdict that is not ok stays. */
function worse(a: Verdict | undefined, b: Verdict): Verdict {
  return a === undefined || a.ok ? b : a;
}

function withDefaults(kernel: string, args: KernelArgs): Required<Omit<KernelArgs, "progress">> {
  for (const key of Object.keys(args)) {
    if (!["size", "warmUps", "repeats", "check", "checkStart", "progress"].includes(key))
      throw new TypeError(
        `${kernel}: there is no argument ${key}; there are size, warmUps, repeats, check, checkStart and progress`,
      );
  }
  const { size = "S", warmUps = 0, repeats = 1, check = true, checkStart = false } = args;
  if (typeof check !== "boolean")
    throw new TypeError(`${kernel}: check is true or false, got ${JSON.stringify(check)}`);
  const counts = [
    ["warmUps", warmUps, 0],
    ["repeats", repeats, 1],
  ] as const;
  for (const [name, count, least] of counts) {
    if (!Number.isInteger(count) || count < least)
      throw new TypeError(`${kernel}: ${name} is a whole number, ${least} or more, got ${JSON.stringify(count)}`);
  }
  return { size, warmUps, repeats, check, checkStart };
}

function timesBetween(before: Times, after: Times): Times {
  const keys = Object.keys(after) as (keyof Times)[];
  return Object.fromEntries(keys.map((key) => [key, after[key] - before[key]])) as unknown as Times;
}

/** The problem of that size, or a TypeError that says which there are. */
export function problemOf<P>(
  kernel: string,
  problems: Readonly<Partial<Record<SizeName, P>>>,
  size: SizeName = "S",
): P {
  const problem = Object.hasOwn(problems, size) ? problems[size] : undefined;
  if (problem !== undefined) return problem;
  throw new TypeError(`${kernel} has no size "${size}"; there are ${Object.keys(problems).join(", ")}`);
}
