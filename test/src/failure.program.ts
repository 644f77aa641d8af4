import { BroadcastChannel } from "node:worker_threads";
import type { Site } from "isles";

/** What the survivors wait in when a site goes. */
export type WaitKind =
  | "barrier"
  | "lock"
  | "page"
  | "span"
  | "semaphore"
  | "condition"
  | "latch"
  | "reduce"
  | "broadcast"
  | "wait"
  | "wait with timeout"
  | "open array"
  | "async barrier"
  | "async get"
  | "async span";

/** How site 0 goes. "kill" and "close": it loops without ever looking up, and the launcher ends it. */
export type EndKind = "exit" | "throw" | "kill" | "close";

export interface FailureRun {
  readonly wait: WaitKind;
  readonly end: EndKind;
  /** Of the BroadcastChannel on which the survivors say what they got. */
  readonly channel: string;
}

export interface Observation {
  readonly site: number;
  readonly name: string;
  readonly code: string | undefined;
  /** The site that the error says is gone. */
  readonly lost: number | undefined;
  /** When, in milliseconds of Unix time. */
  readonly at: number;
}

/** The words from which a site that is to be killed says that it is ready. */
export const READY = "ready";
const SETTLE_MS = 100;

export async function failure(site: Site, run: FailureRun): Promise<void> {
  const page = site.memory.int32("page", 64, { home: 0, pageSize: 256 });
  const lock = site.lock("failure");
  if (site.id === 0) {
    lock.acquire();
    page.write();
  }
  site.barrier("prepared");
  const channel = new BroadcastChannel(run.channel);
  try {
    if (site.id === 0) end(site, run.end, channel);
    else await wait(site, run.wait);
    report(site, channel, { name: "returned" });
  } catch (error) {
    if (site.id === 0) throw error;
    report(site, channel, error as Error);
    throw error;
  } finally {
    channel.close();
  }
}

function report(site: Site, channel: BroadcastChannel, error: { name: string; code?: string; site?: number }): void {
  channel.postMessage({ site: site.id, name: error.name, code: error.code, lost: error.site, at: Date.now() });
}

function end(site: Site, kind: EndKind, channel: BroadcastChannel): void {
  const start = performance.now();
  while (performance.now() - start < SETTLE_MS) site.poll();
  channel.postMessage(READY);
  if (kind === "exit") process.exit(3);
  if (kind === "throw") throw new Error("on purpose");
  for (;;);
}

async function wait(site: Site, kind: WaitKind): Promise<unknown> {
  const page = site.memory.int32("page", 64, { home: 0, pageSize: 256 });
  const lock = site.lock("failure");
  switch (kind) {
    case "barrier":
      return site.barrier();
    case "lock":
      return lock.acquire();
    case "page":
      return page.get(0);
    case "span":
      return page.write();
    case "semaphore":
      return site.semaphore("nobody releases", 0).acquire();
    case "condition": {
      const other = site.lock("of a condition");
      other.acquire();
      return site.condition(other).wait();
    }
    case "latch":
      return site.latch("never", 1).wait();
    case "reduce":
      return site.reduce("sum", 1, (a, b) => a + b);
    case "broadcast":
      return site.broadcast("from 0", 0);
    case "wait":
      return waiting(site, undefined);
    case "wait with timeout":
      return waiting(site, 60_000);
    case "open array":
      for (;;) site.memory.int32(`array ${site.id} ${performance.now()}`, 1, { home: 0 }).get(0);
    case "async barrier":
      return site.async.barrier();
    case "async get":
      return page.async.get(0);
    case "async span":
      return page.async.write();
  }
}

function waiting(site: Site, timeoutMs: number | undefined): unknown {
  const words = site.memory.int32("words", site.count, { home: 1 });
  return words.wait(site.id, 0, timeoutMs);
}

/** Leaves a span behind. */
export function forgetSpan(site: Site, { fail }: { fail: boolean }): void {
  site.memory.int32("forgotten", 10, { home: 0 }).write();
  if (fail) throw new Error("on purpose");
}

export function useForgotten(site: Site): number {
  return site.memory.int32("forgotten", 10, { home: 0 }).get(3);
}

export function loop(_site: Site): void {
  for (;;);
}

export function idle(site: Site): number {
  return site.id;
}
