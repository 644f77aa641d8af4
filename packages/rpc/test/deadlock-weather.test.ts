import type { Completion, WaitReason } from "@isles/base";
import { Service } from "@isles/transport";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
// The real locks and barriers: it is their messages under way that the analysis must not be fooled by.
import { FakeNet } from "../../dsm/test/sync/fake-net.ts";
import { type Cycle, DeadlockWatch, type SiteReport } from "../src/deadlock.ts";

const SITES = 4;
const NESTED_MAX = 3;
const LOCKS = ["a", "b", "c", "d"];
/** Locked by one call and unlocked by another, on one site; nothing else takes it there. */
const SESSION_LOCK = "session";
const SESSION_SITE = 2;

type Op =
  | { readonly do: "lock"; readonly name: string; readonly mode: "shared" | "exclusive"; readonly isSession?: boolean }
  | { readonly do: "unlock"; readonly name: string; readonly isSession?: boolean }
  | { readonly do: "call"; readonly to: number; readonly script: readonly Op[]; readonly isAsync: boolean }
  | { readonly do: "barrier"; readonly isAwaited: boolean };

type Message =
  | { readonly k: "call"; readonly id: number; readonly script: readonly Op[]; readonly isAsync: boolean }
  | { readonly k: "done"; readonly id: number };

interface Incoming {
  readonly from: number;
  readonly id: number;
  readonly script: readonly Op[];
  readonly isAsync: boolean;
}

interface Wait {
  readonly reason: WaitReason | undefined;
  settled(): boolean;
}

interface Frame {
  readonly call: (Incoming & { isOver: boolean; readonly hasSignal: boolean }) | undefined;
  readonly script: readonly Op[];
  at: number;
  wait: Wait | undefined;
}

/** Of a run, by its seed: how long messages take, and whether locks outlive calls. */
interface Weather {
  readonly delivers: number;
  readonly hasSessions: boolean;
}

class World {
  readonly net: FakeNet;
  readonly sites: Thread[] = [];
  readonly weather: Weather;
  /** The call whose code runs. */
  answering: Frame["call"];

  constructor(seed: number) {
    this.net = new FakeNet({ sites: SITES, seed, sync: { answering: () => this.answering } });
    const { random } = this.net;
    this.weather = { delivers: [0.05, 0.15, 0.4, 0.8][Math.floor(random() * 4)]!, hasSessions: random() < 0.3 };
    if (random() < 0.7) this.net.slow = { from: this.below(SITES), to: this.below(SITES) };
    const barriers = Math.floor(random() * 3);
    for (let self = 0; self < SITES; self++) {
      this.net.host(self).group = { id: 1, name: "main" };
      this.net.sync(self).runStarted(this.net.host(self).group);
      const main: Op[] = [];
      for (let part = 0; part <= barriers; part++) {
        if (part > 0) main.push({ do: "barrier", isAwaited: this.below(3) > 0 });
        main.push(...this.script(self, 3));
      }
      this.sites.push(new Thread(this, self, main));
    }
  }

  below(bound: number): number {
    return Math.floor(this.net.random() * bound);
  }

  /** Locks are let go by the script that took them, in the order of a stack. */
  script(self: number, depth: number): Op[] {
    const ops: Op[] = [];
    const held: string[] = [];
    for (let left = this.below(depth + 2); left > 0; left--) {
      const kind = this.below(5);
      const names = this.weather.hasSessions && self !== SESSION_SITE ? [...LOCKS, SESSION_LOCK] : LOCKS;
      const name = names[this.below(names.length)]!;
      if (kind < 2 && !held.includes(name)) {
        held.push(name);
        ops.push({ do: "lock", name, mode: this.below(3) === 0 ? "shared" : "exclusive" });
      } else if (kind === 2 && held.length > 0) ops.push({ do: "unlock", name: held.pop()! });
      else if (kind > 2 && depth > 0) ops.push(this.callOp(depth));
    }
    return [...ops, ...held.reverse().map((name): Op => ({ do: "unlock", name }))];
  }

  callOp(depth: number): Op {
    if (this.weather.hasSessions && this.below(4) === 0) {
      const isLocking = this.below(2) === 0;
      const op: Op = isLocking
        ? { do: "lock", name: SESSION_LOCK, mode: "exclusive", isSession: true }
        : { do: "unlock", name: SESSION_LOCK, isSession: true };
      return { do: "call", to: SESSION_SITE, isAsync: false, script: [op] };
    }
    const to = this.below(SITES);
    return { do: "call", to, isAsync: this.below(4) === 0, script: this.script(to, depth - 1) };
  }

  /** One event: a message arrives, or a thread does one thing. False if there is nothing left to happen. */
  step(): boolean {
    const isDelivery = this.net.random() < this.weather.delivers;
    if (isDelivery && this.net.step()) return true;
    const first = this.below(SITES);
    for (let n = 0; n < SITES; n++) if (this.sites[(first + n) % SITES]!.step()) return true;
    return this.net.step();
  }
}

/** One site's thread: a stack of functions, of which only the innermost can go on. */
class Thread {
  readonly self: number;
  readonly frames: Frame[] = [];
  readonly queue: Incoming[] = [];
  /** Handlers that need the event loop, that is, an empty stack. */
  readonly suspended: Incoming[] = [];
  readonly #world: World;
  readonly #done = new Set<number>();
  /** Pieces of program code that have run. */
  #code = 0;
  #lastCall = 0;
  #hasSession = false;

  constructor(world: World, self: number, main: readonly Op[]) {
    this.#world = world;
    this.self = self;
    this.frames.push({ call: undefined, script: main, at: 0, wait: undefined });
    world.net.host(self).on(Service.Rpc, {
      text: () => undefined,
      value: (from, value) => {
        const message = value as Message;
        if (message.k === "call") this.queue.push({ from, ...message });
        else this.#done.add(message.id);
      },
    });
  }

  get top(): Frame | undefined {
    return this.frames.at(-1);
  }

  get isBlocked(): boolean {
    return this.top?.wait?.settled() === false;
  }

  get isRunnable(): boolean {
    return this.queue.length > 0 && this.frames.length <= NESTED_MAX;
  }

  report(): SiteReport {
    const running = this.frames.flatMap((frame) => frame.call ?? []);
    return structuredClone({
      site: this.self,
      blocked: this.isBlocked ? { wait: this.#code, reason: plain(this.top?.wait?.reason) } : undefined,
      runnable: this.isRunnable,
      calls: [...running, ...this.queue, ...this.suspended].map(({ from, id }) => ({ from, id })),
      sync: this.#world.net.sync(this.self).report(),
    });
  }

  /** Does one thing, if it can. */
  step(): boolean {
    const { top } = this;
    if (this.isBlocked || top === undefined) {
      const call = this.isRunnable ? this.queue.shift() : top === undefined ? this.suspended.shift() : undefined;
      if (call === undefined) return false;
      this.#code++;
      if (call.isAsync && !this.suspended.includes(call) && top !== undefined) this.suspended.push(call);
      else
        this.frames.push({
          call: { ...call, isOver: false, hasSignal: false },
          script: call.script,
          at: 0,
          wait: undefined,
        });
      return true;
    }
    this.#code++;
    this.#world.answering = top.call;
    top.wait = undefined;
    const op = top.script[top.at++];
    if (op !== undefined) top.wait = this.#begin(op);
    else this.#end(top);
    this.#world.answering = undefined;
    return true;
  }

  #end({ call }: Frame): void {
    this.frames.pop();
    if (call === undefined) return;
    call.isOver = true;
    this.#send(call.from, { k: "done", id: call.id });
  }

  #begin(op: Op): Wait | undefined {
    const sync = this.#world.net.sync(this.self);
    switch (op.do) {
      case "lock":
        if (op.isSession === true && this.#hasSession) return undefined;
        if (op.isSession === true) this.#hasSession = true;
        void sync.lock(op.name).async.acquire({ mode: op.mode });
        return this.#newestWait();
      case "unlock":
        if (op.isSession === true) return this.#endSession();
        return void sync.lock(op.name).release();
      case "barrier":
        void sync.async.barrier("b");
        return op.isAwaited ? this.#newestWait() : undefined;
      case "call": {
        const id = ++this.#lastCall;
        this.#send(op.to, { k: "call", id, script: op.script, isAsync: op.isAsync });
        const reason: WaitReason = { kind: "call", to: op.to, call: id, method: "m" };
        return { reason, settled: () => this.#done.has(id) };
      }
      default:
        return op satisfies never;
    }
  }

  #endSession(): undefined {
    try {
      this.#world.net.sync(this.self).lock(SESSION_LOCK).release();
      this.#hasSession = false;
    } catch {
      // Nobody has locked it, or not yet.
    }
  }

  #newestWait(): Wait {
    const completion = this.#world.net.host(this.self).pending.at(-1)!.completion as Completion<unknown>;
    return { reason: completion.reason, settled: () => completion.settled };
  }

  #send(to: number, message: Message): void {
    this.#world.net.host(this.self).sendValue(to, Service.Rpc, message);
  }
}

function plain(reason: WaitReason | undefined): WaitReason | undefined {
  if (reason?.kind === "lock") return { kind: "lock", name: reason.name, home: reason.home, req: reason.req };
  if (reason?.kind !== "collective") return reason;
  return { kind: "collective", what: reason.what, name: reason.name, group: { id: reason.group.id } };
}

interface Verdict {
  readonly cycle: Cycle;
  readonly waits: readonly (readonly [Frame, Wait | undefined])[];
}

/** Plays a run to its end, with rounds of reports all the while. */
function play(seed: number): { world: World; verdicts: Verdict[]; final: Cycle | undefined } {
  const world = new World(seed);
  const verdicts: Verdict[] = [];
  const watch = new DeadlockWatch();
  let round: SiteReport[] = [];
  /** Of the round: what each site waited for when it reported. Calls that came since may have run on top of it. */
  let waits: (readonly [Frame, Wait | undefined])[] = [];
  let asked = 0;
  let first = 0;
  const report = (isComplete: boolean): Cycle | undefined => {
    const site = world.sites[(first + asked) % SITES]!;
    if (isComplete || world.below(20) > 0) {
      round.push(site.report());
      if (site.top !== undefined) waits[site.self] = [site.top, site.top.wait];
    }
    if (++asked < SITES) return undefined;
    const cycle = watch.observe(round);
    if (cycle !== undefined) verdicts.push({ cycle, waits: cycle.sites.map((one) => waits[one]!) });
    asked = 0;
    first = world.below(SITES);
    round = [];
    waits = [];
    return cycle;
  };
  const pace = 1 + world.below(12);
  for (let steps = 0; world.step(); steps++) {
    if (steps > 20_000) throw new Error(`seed ${seed} does not end`);
    if (world.below(pace) === 0) report(false);
  }
  while (asked > 0) report(true);
  let final: Cycle | undefined;
  for (let left = 2 * SITES; left > 0; left--) final = report(true);
  return { world, verdicts, final };
}

describe("DeadlockWatch, over the real locks and barriers, with messages under way", () => {
  it("is never wrong, and misses nothing once all is still", () => {
    const seen = { still: 0, early: 0, done: 0, kinds: new Set<string>() };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const { world, verdicts, final } = play(seed);
        for (const { waits } of verdicts) {
          for (const [frame, wait] of waits) {
            expect(frame.wait, `seed ${seed}: a wait of the verdict has ended`).toBe(wait);
            expect(wait?.settled()).toBe(false);
            seen.kinds.add(String(wait?.reason?.kind));
          }
        }
        const blocked = world.sites.filter((thread) => thread.isBlocked);
        // What waits for a lock that a call left behind waits for a call that may yet come.
        if (!world.weather.hasSessions) expect(final !== undefined, `seed ${seed}`).toBe(blocked.length > 0);
        if (final !== undefined) seen.still++;
        else if (blocked.length === 0) seen.done++;
        if (verdicts.length > 2) seen.early++;
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.still, seen.early, seen.done)).toBeGreaterThan(100);
    expect([...seen.kinds].sort()).toEqual(["call", "collective", "lock"]);
  });
});
