/** Programs of test/rpc-deadline.test.ts: calls on real threads that are given up, by time or by a signal. */
import { type Site, type Stub, withOptions } from "isles";
import type { Node } from "./rpc.program.ts";

export { idle, serve } from "./rpc.program.ts";

export interface Slow {
  /** Blocks for that long, serving others. */
  sleep(ms: number): string;
  /** Sleeps in the event loop. */
  sleepAsync(ms: number): Promise<string>;
  /** Milliseconds left here and, `hops` sites on, there. */
  deadlines(hops: number): (number | undefined)[];
  /** Resolves when the caller has given up, with the reason's name. */
  untilAborted(): Promise<string>;
  /** As `untilAborted`, of a signal that is an argument. */
  follow(signal: AbortSignal, ready: Stub<() => void>): Promise<string>;
  /** As `follow`, on the next site. */
  passOn(signal: AbortSignal, ready: Stub<() => void>): Promise<string>;
  /** What `untilAborted` has seen. */
  aborts(): string[];
  echo<T>(value: T): T;
}

const aborts: string[] = [];

export function serveSlow(site: Site): void {
  const aborted = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve) => {
      const end = (): void => resolve((signal.reason as Error).name ?? String(signal.reason));
      if (signal.aborted) end();
      else signal.addEventListener("abort", end);
    });
  const slow: Slow = {
    sleep(ms) {
      site.semaphore(`never ${site.id}`, 0).tryAcquire();
      site.memory.int32(`clock ${site.id}`, 1, { home: site.id }).wait(0, 0, ms);
      return `slept ${ms}`;
    },
    sleepAsync: (ms) => new Promise((resolve) => setTimeout(resolve, ms, `slept ${ms}`)),
    deadlines(hops) {
      const own = site.rpc.current?.deadlineMs;
      if (hops === 0) return [own];
      return [own, ...site.rpc.blocking<Slow>((site.id + 1) % site.count, "slow").deadlines(hops - 1)];
    },
    async untilAborted() {
      const name = await aborted(site.rpc.current!.signal);
      aborts.push(name);
      return name;
    },
    async follow(signal, ready) {
      const name = aborted(signal);
      await ready();
      return name;
    },
    passOn: (signal, ready) => site.rpc.stub<Slow>((site.id + 1) % site.count, "slow").follow(signal, ready),
    aborts: () => aborts,
    echo: (value) => value,
  };
  site.rpc.expose("slow", slow);
}

interface Timed {
  readonly name: string;
  readonly message: string;
  readonly ms: number;
}

function timed(call: () => unknown): Timed {
  const start = performance.now();
  try {
    return { name: "returned", message: String(call()), ms: performance.now() - start };
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message, ms: performance.now() - start };
  }
}

/** Blocking calls with a deadline that passes, each followed by calls that must not be disturbed by the late answer. */
export function timeouts(site: Site, rounds: number): { first: Timed[]; after: number } {
  const slow = site.rpc.blocking<Slow>((site.id + 1) % site.count, "slow");
  const hasty = withOptions(slow, { timeoutMs: 30 });
  const first = [timed(() => hasty.sleep(80)), timed(() => hasty.sleepAsync(80))];
  let after = 0;
  for (let round = 0; round < rounds; round++) {
    timed(() => withOptions(slow, { timeoutMs: 1 }).sleep(3));
    for (let n = 0; n < 10; n++) if (slow.echo(round * 10 + n) === round * 10 + n) after++;
  }
  return { first, after };
}

/** The deadlines that nested calls over all sites see, and what happens to one made after it has passed. */
export function nestedDeadlines(site: Site, timeoutMs: number): (number | undefined)[] {
  const slow = site.rpc.blocking<Slow>((site.id + 1) % site.count, "slow", { timeoutMs });
  return slow.deadlines(4);
}

/** Blocks in a call that nobody answers, until the run is given up. */
export function blockInCall(site: Site, { manner, latch }: { manner: "blocking" | "async"; latch: string }): unknown {
  if (manner === "blocking") return site.rpc.blocking<Node>((site.id + 1) % site.count, "node").waitFor(latch);
  return site.rpc.stub<Node>((site.id + 1) % site.count, "node").waitFor(latch);
}

export function open(site: Site, latch: string): void {
  site.latch(latch, 1).countDown();
}

/** Returns with calls under way. */
export function returnEarly(site: Site, latch: string): string {
  const node = site.rpc.stub<Node>((site.id + 1) % site.count, "node");
  lastCalls = [node.waitFor(latch), node.ask(2, (n) => n), site.rpc.stub<Node>(site.id, "node").id()];
  return "returned";
}

let lastCalls: Promise<unknown>[] = [];

/** How the calls of `returnEarly` have ended. */
export async function howTheyEnded(_site: Site): Promise<string[]> {
  const ended = await Promise.allSettled(lastCalls);
  return ended.map((one) => (one.status === "fulfilled" ? String(one.value) : String(one.reason)));
}
