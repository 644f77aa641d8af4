import type { KernelArgs, SizeName } from "@isles/examples";
import { median } from "../figures.ts";
import { type Contestant, type Entry, open } from "./contestants.ts";
import { type KernelRound, type KernelRun, kernelRunOf, type Rounds, roundOf } from "./kernel-run.ts";
import { type Modules, moduleOf, type Variant, workerModuleOf } from "./kernels.ts";

/** How a kernel is measured. */
export interface Plan {
  readonly size: SizeName;
  /** Numbers of workers, each in turn. */
  readonly counts: readonly number[];
  readonly variants: readonly Variant[];
  /** Counted rounds with so many workers. */
  roundsOf(workers: number): number;
  /** A round is one run, or as many as take this long by one thread, in seconds; {@link MOST_REPEATS} at most. */
  roundSecondsOf(workers: number): number;
  /** Every contestant runs for about so long, in seconds of the kernel's own time, before its rounds count; 0: once. */
  warmUpSecondsOf(workers: number): number;
  progress(text: string): void;
  /** Default: the suite's own. */
  readonly modules?: Modules;
  /** How long a round may take, in milliseconds; default: what the serial run's time makes sensible. */
  readonly deadlineMs?: number;
}

const suite: Modules = { moduleOf, workerModuleOf };

/** Counted rounds of what is neither Isles nor threads: no target is about them. */
const OTHERS = 3;
const MOST_REPEATS = 5;
/** Warm-up runs after the first one. */
const WARM_UPS = { least: 2, most: 200 };
/** A contestant that has used so much time in its rounds takes part in no more, in milliseconds. */
const BUDGET_MS = 40_000;
/** How long a run may take before its workers are ended: so many times the serial one, but not less and not more than, in milliseconds. */
const DEADLINE = { serialTimes: 30, least: 20_000, most: 120_000 };

/** Runs a kernel in all variants with each number of workers, and says what came of each as soon as a number is done. */
export async function* measure(kernel: string, plan: Plan): AsyncGenerator<KernelRun> {
  const parallel = plan.variants.filter((variant) => variant !== "serial");
  const clock: SerialClock = { seconds: undefined };
  let serial: number | undefined;
  for (const [index, workers] of plan.counts.entries()) {
    const entries = parallel.map((variant) => ({ variant, workers }));
    // Beside the first of the others only: that is enough to know it.
    const alone = index === 0 && plan.variants.includes("serial") ? [{ variant: "serial", workers: 1 } as const] : [];
    const all = await measureTogether(kernel, plan, [...alone, ...entries], clock);
    serial ??= serialSeconds(all);
    const threads = all.find(({ variant }) => variant === "threads");
    for (const rounds of all) yield kernelRunOf(rounds, threads, serial);
  }
}

/** How long the serial run took last, in seconds: deadlines and repeats depend on it. Undefined before there was one. */
interface SerialClock {
  seconds: number | undefined;
}

function serialSeconds(all: readonly Rounds[]): number | undefined {
  const rounds = all.find(({ variant }) => variant === "serial")?.rounds ?? [];
  return rounds.length > 0 ? median(rounds.map(({ seconds }) => seconds)) : undefined;
}

/** Several contestants, round by round in turn: what disturbs one disturbs all. */
async function measureTogether(
  kernel: string,
  plan: Plan,
  entries: readonly Entry[],
  clock: SerialClock,
): Promise<Rounds[]> {
  const runners: Runner[] = [];
  const say = ({ variant, workers }: Entry, what: string) =>
    plan.progress(`${kernel} ${plan.size}, ${variant} by ${workers}: ${what}`);
  try {
    for (const entry of entries) {
      say(entry, "starts");
      const runner = await Runner.start(kernel, plan, entry, clock);
      if (runner !== undefined) runners.push(runner);
    }
    const last = Math.max(...entries.map(({ workers }) => plan.roundsOf(workers)));
    for (let round = 0; round <= last; round++) {
      // There and back: nobody always comes first after a pause.
      const order = round % 2 === 0 ? runners : runners.toReversed();
      for (const runner of order) {
        say(runner, round === 0 ? "warm-up" : `round ${round} of ${last}`);
        await runner.takePart(round);
      }
    }
  } finally {
    for (const runner of runners) await runner.close();
  }
  return runners.map((runner) => runner.result());
}

/** A contestant and what its rounds gave. It takes no further part once it has failed. */
class Runner {
  readonly variant: Variant;
  readonly workers: number;
  readonly #kernel: string;
  readonly #plan: Plan;
  readonly #clock: SerialClock;
  readonly #rounds: KernelRound[] = [];
  #contestant: Contestant | undefined;
  #failed: string | null = null;
  #firstSeconds: number | null = null;
  #usedMs = 0;

  private constructor(kernel: string, plan: Plan, { variant, workers }: Entry, clock: SerialClock) {
    this.#kernel = kernel;
    this.#plan = plan;
    this.variant = variant;
    this.workers = workers;
    this.#clock = clock;
  }

  /** Undefined if the kernel has no such variant. */
  static async start(kernel: string, plan: Plan, entry: Entry, clock: SerialClock): Promise<Runner | undefined> {
    const runner = new Runner(kernel, plan, entry, clock);
    try {
      runner.#contestant = await open(kernel, entry, { size: plan.size }, plan.modules ?? suite);
      return runner.#contestant === undefined ? undefined : runner;
    } catch (error) {
      runner.#failed = messageOf(error);
      return runner;
    }
  }

  /** Round 0 is the warm-up. */
  async takePart(round: number): Promise<void> {
    const isMain = this.variant === "isles" || this.variant === "threads";
    const hasHad = this.#rounds.length > 0 && (this.#usedMs > BUDGET_MS || (round > OTHERS && !isMain));
    if (this.#contestant === undefined || hasHad) return;
    const start = performance.now();
    try {
      if (round === 0) await this.#warmUp(this.#contestant);
      else this.#rounds.push(await this.#round(this.#contestant, { warmUps: 0, repeats: this.#repeats() }));
    } catch (error) {
      this.#failed = messageOf(error);
      await this.close();
    }
    this.#usedMs += performance.now() - start;
  }

  /**
   * One run in which everything is new to the optimiser, and then as many as it takes until it knows the program and the runtime
   * below it: it goes by how often code is called, so that short runs need many.
   */
  async #warmUp(contestant: Contestant): Promise<void> {
    const seconds = this.#plan.warmUpSecondsOf(this.workers);
    const first = await this.#round(contestant, { warmUps: 0, repeats: 1, checkStart: true });
    this.#firstSeconds = first.seconds;
    const found = [first];
    if (seconds > 0) {
      const warmUps = Math.max(WARM_UPS.least, Math.min(WARM_UPS.most, Math.ceil(seconds / first.seconds)));
      found.push(await this.#round(contestant, { warmUps, repeats: 1 }));
    }
    // A wrong warm-up counts too: what is wrong must not depend on when one looks.
    this.#rounds.push(...found.filter(({ verdict }) => !verdict.ok));
  }

  async #round(contestant: Contestant, args: KernelArgs & { warmUps: number; repeats: number }): Promise<KernelRound> {
    const deadlineMs = this.#deadlineMs(args.warmUps + args.repeats);
    const found = roundOf(await contestant.round({ size: this.#plan.size, ...args }, deadlineMs));
    if (this.variant === "serial") this.#clock.seconds = found.seconds;
    return found;
  }

  #repeats(): number {
    const seconds = this.#plan.roundSecondsOf(this.workers);
    const repeats = this.#clock.seconds === undefined ? 1 : Math.ceil(seconds / this.#clock.seconds);
    return Math.max(1, Math.min(MOST_REPEATS, repeats));
  }

  #deadlineMs(runs: number): number {
    const { serialTimes, least, most } = DEADLINE;
    if (this.#plan.deadlineMs !== undefined) return this.#plan.deadlineMs;
    if (this.#clock.seconds === undefined) return most;
    return Math.max(least, Math.min(most, this.#clock.seconds * 1000 * runs * serialTimes));
  }

  async close(): Promise<void> {
    const contestant = this.#contestant;
    this.#contestant = undefined;
    await contestant?.close();
  }

  result(): Rounds {
    return {
      kernel: this.#kernel,
      size: this.#plan.size,
      variant: this.variant,
      workers: this.workers,
      firstSeconds: this.#firstSeconds,
      rounds: this.#rounds,
      failed: this.#failed,
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
