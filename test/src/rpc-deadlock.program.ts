import type { Site } from "isles";

/** Programs of test/rpc-deadlock.test.ts: waits that could never end, and some that only look so. */

export interface Knot {
  ping(): number;
  /** Needs the site's event loop. */
  later(): Promise<number>;
  /** Blocks in a call of `later` on another site. */
  relayLater(to: number): number;
  /** Takes a lock, by waiting for it where the event loop is. */
  lockLater(name: string): Promise<string>;
  lockNow(name: string): string;
  relayLock(to: number, name: string, how: "lockLater" | "lockNow"): string;
  /** Computes for so long, looking at nothing. */
  compute(ms: number): string;
  /** Calls itself back and forth for ever. */
  forever(other: number): number;
}

export interface Outcome {
  readonly site: number;
  /** What it returned, or the error's name. */
  readonly what: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly sites: readonly number[] | undefined;
  readonly ms: number;
}

export function serve(site: Site): void {
  const on = (id: number) => site.rpc.blocking<Knot>(id, "knot");
  const knot: Knot = {
    ping: () => site.id,
    later: () => new Promise((resolve) => setImmediate(resolve, site.id)),
    relayLater: (to) => on(to).later(),
    async lockLater(name) {
      using _held = await site.lock(name).async.acquire();
      return name;
    },
    lockNow(name) {
      using _held = site.lock(name).acquire();
      return name;
    },
    relayLock: (to, name, how) => on(to)[how](name),
    compute(ms) {
      const start = performance.now();
      while (performance.now() - start < ms);
      return `computed ${ms}`;
    },
    forever: (other) => 1 + on(other).forever(site.id),
  };
  site.rpc.expose("knot", knot);
}

export type KnotKind =
  | "async method of a blocked site"
  | "own async method"
  | "ring"
  | "two locks"
  | "own lock, later"
  | "own lock, now"
  | "barrier and call"
  | "lock and call"
  | "endless recursion";

/** Every site plays its part; how that ended. */
export function tie(site: Site, kind: KnotKind): Outcome {
  site.barrier("before");
  const start = performance.now();
  const end = (outcome: Partial<Outcome>): Outcome => ({
    site: site.id,
    what: "",
    code: undefined,
    message: "",
    sites: undefined,
    ms: performance.now() - start,
    ...outcome,
  });
  try {
    return end({ what: `returned ${String(part(site, kind))}` });
  } catch (error) {
    const { name, code, message, sites } = error as Outcome & Error;
    return end({ what: name, code, message, sites });
  }
}

function part(site: Site, kind: KnotKind): unknown {
  const { id } = site;
  const on = (other: number) => site.rpc.blocking<Knot>(other, "knot");
  switch (kind) {
    case "async method of a blocked site":
      return id === 0 ? on(1).relayLater(0) : "idle";
    case "own async method":
      return id === 0 ? on(0).later() : "idle";
    case "ring":
      return on((id + 1) % site.count).later();
    case "two locks": {
      if (id > 1) return "idle";
      using _own = site.lock(`lock ${id}`).acquire();
      site.latch("both hold", 2).countDown();
      site.latch("both hold", 2).wait();
      using _other = site.lock(`lock ${1 - id}`).acquire();
      return "both locks";
    }
    case "own lock, later":
    case "own lock, now": {
      if (id !== 0) return "idle";
      using _own = site.lock("own").acquire();
      return on(1).relayLock(0, "own", kind === "own lock, later" ? "lockLater" : "lockNow");
    }
    case "barrier and call": {
      if (id === 1) on(0).later();
      return site.barrier("knot");
    }
    case "lock and call": {
      // Site 0 holds the lock and calls site 1, which waits for the lock.
      if (id > 1) return "idle";
      if (id === 1) {
        site.latch("held", 1).wait();
        using _held = site.lock("held by 0").acquire();
        return "the lock";
      }
      using _held = site.lock("held by 0").acquire();
      site.latch("held", 1).countDown();
      return on(1).later();
    }
    case "endless recursion":
      return id === 0 ? on(1).forever(0) : "idle";
    default:
      return kind satisfies never;
  }
}

/** Long waits that end: a computing callee, and whoever waits for it behind others. */
export function slowButAlive(site: Site, ms: number): string[] {
  site.barrier("before");
  const on = (other: number) => site.rpc.blocking<Knot>(other, "knot");
  const seen: string[] = [];
  if (site.id === 0) {
    using _held = site.lock("slow").acquire();
    site.latch("holds", 1).countDown();
    seen.push(on(1).compute(ms));
  } else {
    site.latch("holds", 1).wait();
    if (site.id > 1) {
      using _held = site.lock("slow").acquire();
      seen.push("the lock");
    }
  }
  site.barrier("after");
  return seen;
}
