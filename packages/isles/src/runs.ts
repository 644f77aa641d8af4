import { CloneError, ClosedError, Completion, IslesError } from "@isles/base";
import { nearSpans } from "@isles/dsm/internal";
import { Service } from "@isles/transport";
import { type Packed, pack, unpack } from "@isles/wire";
import type { Call, ControlMessage } from "./control.ts";
import type { Member } from "./member.ts";
import type { RunOptions } from "./placement/options.ts";
import type { PlacedByData, Placer } from "./placement/placer.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SitePool } from "./site-pool.ts";

const SINGLY: Call["group"] = { id: 0, name: "" };

/** What runs are made with. */
export interface RunsParts {
  readonly member: Member;
  readonly pool: SitePool;
  readonly scheduler: Scheduler;
  readonly placer: Placer;
  readonly trace: (what: string) => void;
}

/** A function that was given a place. */
export interface Placed {
  readonly site: number;
  readonly reason: string;
  readonly outcome: Completion<unknown>;
}

/** A function that runs or waits to. */
interface Run {
  readonly name: string;
  readonly args: Packed;
  readonly group: Call["group"];
  readonly outcome: Completion<unknown>;
  site: number;
  /** 0 until it is given to the pool; ascending in the order in which a site gets its calls. */
  id: number;
  /** Names the site when it can start. */
  choose: (() => number) | undefined;
}

/** The functions that the launcher runs on the sites: queued by site, given to the pool when their turn has come. */
export class Runs {
  readonly #parts: RunsParts;
  readonly #running = new Set<Completion<unknown>>();
  /** Settles when every function that asks where its data is has been queued: they are queued in the order given. */
  #placing: Promise<void> = Promise.resolve();
  #lastCall = 0;
  #closed: Error | undefined;

  constructor(parts: RunsParts) {
    this.#parts = parts;
  }

  /** Ends everything that runs or waits to; nothing can be started any more. */
  close(error: Error): void {
    this.#closed = error;
    for (const outcome of [...this.#running]) outcome.reject(error);
  }

  /** Queues a function where it is told to run, or by load; what stands in the way is thrown. */
  start(name: string, args: unknown, { site: byHand, signal }: RunOptions): Placed {
    this.#checkGoingOn(name, signal);
    const { site, reason } =
      byHand === undefined ? this.#parts.placer.byLoad(name) : { site: byHand, reason: "as it was told" };
    return { site, reason, outcome: this.startOn(site, name, args, SINGLY, signal) };
  }

  /** Queues a function on a site. */
  startOn(
    site: number,
    name: string,
    args: unknown,
    group: Call["group"],
    signal: AbortSignal | undefined,
  ): Completion<unknown> {
    this.#checkGoingOn(name, signal);
    return this.#queue({ site, name, args: this.#pack(site, args), group }, signal).outcome;
  }

  /**
   * Queues a function at the site that has most of some data. When its turn has come there, the pool's balancer decides anew, by
   * what is known by then: if `mayMove`, another site that is free may have become nearer.
   */
  async startNear(name: string, args: unknown, options: RunOptions, mayMove: boolean): Promise<Placed> {
    const { near, signal } = options;
    const spans = nearSpans(near, this.#parts.member.endpoint);
    if (spans.length === 0) return this.start(name, args, options);
    this.#checkGoingOn(name, signal);
    const anywhere = this.#packForAny(args);
    const asked = this.#parts.placer.ask(spans);
    this.#placing = Promise.allSettled([this.#placing, asked]).then(() => undefined);
    await this.#placing;
    const found = await asked;
    this.#checkGoingOn(name, signal);
    const news = this.#parts.placer.news;
    const placed = this.#parts.placer.byData(spans, found);
    const { site, reason } = placed;
    const packed = anywhere ?? this.#pack(site, args);
    const run = this.#queue({ site, name, args: packed, group: SINGLY }, signal);
    const mayChange = mayMove && anywhere !== undefined;
    run.choose = this.#chooser(run, () => {
      if (this.#parts.placer.news === news) return placed;
      const { placer, scheduler } = this.#parts;
      const mayBe = (other: number) => other === run.site || (mayChange && scheduler.queueOf(other) === 0);
      return placer.byData(spans, placer.update(spans, found), run.site, mayBe);
    });
    return { site, reason, outcome: run.outcome };
  }

  #checkGoingOn(name: string, signal: AbortSignal | undefined): void {
    if (this.#closed !== undefined) throw new ClosedError(`cannot run ${name}: the cluster is closed`);
    signal?.throwIfAborted();
  }

  /** What the pool's balancer asks when the run can start. */
  #chooser(run: Run, decide: () => PlacedByData): () => number {
    let isChosen = false;
    return () => {
      if (isChosen) return run.site; // the pool asks again if a worker has just died
      isChosen = true;
      const placed = decide();
      this.#parts.placer.recordByData(run.name, placed);
      run.site = placed.site;
      return run.site;
    };
  }

  #queue(
    { site, name, args, group }: Pick<Run, "site" | "name" | "args" | "group">,
    signal: AbortSignal | undefined,
  ): Run {
    const { member, scheduler } = this.#parts;
    const outcome = new Completion<unknown>(`${name} on site ${site}`);
    const run: Run = { site, name, args, group, outcome, id: 0, choose: undefined };
    const onAbort = () => {
      if (!outcome.reject(signal!.reason) || run.id === 0) return;
      member.endpoint.sendValue(run.site, Service.Control, {
        kind: "abort",
        call: run.id,
        reason: member.errors.encode(signal!.reason), // a DOMException, for one, does not survive structured clone
      } satisfies ControlMessage);
    };
    this.#running.add(outcome);
    signal?.addEventListener("abort", onAbort, { once: true });
    outcome.onSettled(() => {
      this.#running.delete(outcome);
      signal?.removeEventListener("abort", onAbort);
    });
    scheduler.run(site, (leave) => this.#begin(run, leave)).catch((error: unknown) => outcome.reject(error));
    return run;
  }

  /** Its turn has come. Settles when its place in the queue is free again. */
  async #begin(run: Run, leaveQueue: () => void): Promise<void> {
    if (run.outcome.settled) return;
    const { pool, scheduler, member, trace } = this.#parts;
    const { name, group, args, outcome, site: queuedAt, choose } = run;
    run.id = ++this.#lastCall;
    const called = pool.call(queuedAt, { id: run.id, name, group, args }, choose);
    trace(`${name} starts on site ${run.site}`);
    let leave = leaveQueue;
    const ended = called
      .then((result) => {
        trace(`${name} ${"error" in result ? `threw ${result.error.name}` : "returned"} on site ${run.site}`);
        if (result.gains !== undefined) member.residence.reported(run.site, result.gains);
        leave();
        if ("error" in result) outcome.reject(member.errors.decode(result.error));
        else outcome.resolve(unpack(result.result, member.rpcNode.arriving()));
      })
      .catch((error: unknown) => void outcome.reject(error));
    if (run.site === queuedAt) return ended;
    leave = scheduler.occupy(run.site, ended);
  }

  /** As they are now: the caller may change them while the run waits for its turn. */
  #pack(site: number, args: unknown): Packed {
    return this.#packed(site, args, false)!;
  }

  /** The same for a run whose site is not known yet; undefined if they hold what must be packed for one site. */
  #packForAny(args: unknown): Packed | undefined {
    return this.#packed(this.#parts.member.endpoint.self, args, true);
  }

  #packed(site: number, args: unknown, forAny: boolean): Packed | undefined {
    const outgoing = this.#parts.member.rpcNode.outgoing(site, args);
    try {
      const packed = structuredClone(pack(outgoing.value, outgoing.codec, "args"));
      if (forAny && outgoing.hasReferences) {
        outgoing.unsent();
        return undefined;
      }
      outgoing.sent();
      return packed;
    } catch (cause) {
      outgoing.unsent();
      if (cause instanceof IslesError) throw cause;
      throw new CloneError("args", `a value that structured clone refuses (${(cause as Error).message})`, { cause });
    }
  }
}
