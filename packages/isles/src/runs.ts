import { CloneError, ClosedError, Completion, IslesError } from "@isles/base";
import { SharedArray } from "@isles/dsm";
import { nearSpans, type Residences } from "@isles/dsm/internal";
import { Service } from "@isles/transport";
import { type Packed, pack } from "@isles/wire";
import type { Call, ControlMessage } from "./control.ts";
import type { Member } from "./member.ts";
import type { RunOptions } from "./placement/options.ts";
import type { PlacedByData, Placer } from "./placement/placer.ts";
import { isPrimitive, unpacked } from "./plain-values.ts";
import type { Leave, Scheduler } from "./scheduler.ts";
import type { Caller, SitePool } from "./site-pool.ts";
import type { CallOutcome } from "./site-worker.ts";

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

/** A function that runs or waits to: one object from the queue to the pool's balancer and back. */
class Run implements Caller {
  readonly name: string;
  readonly group: Call["group"];
  readonly outcome: Completion<unknown>;
  site: number;
  /** 0 until it is given to the pool; ascending in the order in which a site gets its calls. */
  id = 0;
  /** Names the site when it can start. */
  choose: (() => number) | undefined = undefined;
  readonly args: Packed;
  readonly #parts: RunsParts;
  /** Leaves the queue of the site where it is. */
  #leave: Leave | undefined;

  constructor(parts: RunsParts, site: number, name: string, args: Packed, group: Call["group"]) {
    this.#parts = parts;
    this.site = site;
    this.name = name;
    this.args = args;
    this.group = group;
    this.outcome = new Completion<unknown>(`${name} on site ${site}`);
  }

  /** Its turn has come. */
  begin(id: number, leave: Leave): void {
    this.#leave = leave;
    if (this.outcome.settled) return leave();
    const { pool, scheduler, trace } = this.#parts;
    const { name, group, args, site: queuedAt } = this;
    this.id = id;
    pool.call({ id, name, group, args }, this);
    trace(`${name} starts on site ${this.site}`);
    if (this.site === queuedAt || this.#leave === undefined) return;
    this.#leave = scheduler.occupy(this.site);
    leave();
  }

  returned(result: CallOutcome): void {
    const { member, trace } = this.#parts;
    const { name, site, outcome } = this;
    trace(`${name} ${"error" in result ? `threw ${result.error.name}` : "returned"} on site ${site}`);
    if (result.gains !== undefined) member.residence.reported(site, result.gains);
    this.#left(result.tookMs);
    try {
      if ("error" in result) outcome.reject(member.errors.decode(result.error));
      else outcome.resolve(unpacked(result.result, member.rpcNode));
    } catch (error) {
      outcome.reject(error);
    }
  }

  failed(error: unknown): void {
    this.#left();
    this.outcome.reject(error);
  }

  #left(tookMs?: number): void {
    const leave = this.#leave!;
    this.#leave = undefined;
    leave(tookMs);
  }
}

/** A function that waits to hear where its data is. */
interface Asking {
  /** Queues it; undefined until that is known. */
  queue: (() => void) | undefined;
}

/** The functions that the launcher runs on the sites: queued by site, given to the pool when their turn has come. */
export class Runs {
  readonly #parts: RunsParts;
  readonly #running = new Set<Completion<unknown>>();
  /** Functions that ask where their data is, in the order given: so they are queued. */
  readonly #asking: Asking[] = [];
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
    return this.#queue(site, name, this.#pack(site, args), group, signal).outcome;
  }

  /**
   * Queues a function at the site that has most of some data. When its turn has come there, the pool's balancer decides anew, by
   * what is known by then: if `mayMove`, another site that is free may have become nearer. A promise only if sites must be asked.
   */
  startNear(name: string, args: unknown, options: RunOptions, mayMove: boolean): Placed | Promise<Placed> {
    const { near, signal } = options;
    const { placer, member } = this.#parts;
    const spans = nearSpans(near, member.endpoint);
    if (spans.length === 0) return this.start(name, args, options);
    this.#checkGoingOn(name, signal);
    const anywhere = this.#packForAny(args);
    const place = (found: Residences): Placed => {
      this.#checkGoingOn(name, signal);
      const { news } = placer;
      const placed = placer.byData(spans, found);
      const { site, reason } = placed;
      const run = this.#queue(site, name, anywhere ?? this.#pack(site, args), SINGLY, signal);
      const mayChange = mayMove && anywhere !== undefined;
      run.choose = this.#chooser(run, () => {
        if (placer.news === news) return placed;
        const mayBe = (other: number) =>
          other === run.site || (mayChange && this.#parts.scheduler.queueOf(other) === 0);
        return placer.byData(spans, placer.update(spans, found), run.site, mayBe);
      });
      return { site, reason, outcome: run.outcome };
    };
    const known = this.#asking.length === 0 ? placer.known(spans) : undefined;
    return known !== undefined ? place(known) : this.#placeInTurn(placer.ask(spans), place);
  }

  /** Places when it is found where the data is, and behind those that asked before. */
  #placeInTurn(asked: Promise<Residences>, place: (found: Residences) => Placed): Promise<Placed> {
    return new Promise((resolve, reject) => {
      const asking: Asking = { queue: undefined };
      this.#asking.push(asking);
      const settle = (queue: () => void): void => {
        asking.queue = queue;
        while (this.#asking[0]?.queue !== undefined) this.#asking.shift()!.queue!();
      };
      asked.then(
        (found) =>
          settle(() => {
            try {
              resolve(place(found));
            } catch (error) {
              reject(error);
            }
          }),
        (error: unknown) => settle(() => reject(error)),
      );
    });
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

  #queue(site: number, name: string, args: Packed, group: Call["group"], signal: AbortSignal | undefined): Run {
    const run = new Run(this.#parts, site, name, args, group);
    const { outcome } = run;
    const onAbort = signal && (() => this.#abort(run, signal.reason));
    this.#running.add(outcome);
    if (onAbort !== undefined) signal!.addEventListener("abort", onAbort, { once: true });
    outcome.onSettled(() => {
      this.#running.delete(outcome);
      if (onAbort !== undefined) signal!.removeEventListener("abort", onAbort);
    });
    this.#parts.scheduler.run(site, (leave) => run.begin(++this.#lastCall, leave));
    return run;
  }

  #abort({ outcome, id, site }: Run, reason: unknown): void {
    if (!outcome.reject(reason) || id === 0) return;
    const { endpoint, errors } = this.#parts.member;
    endpoint.sendValue(site, Service.Control, {
      kind: "abort",
      call: id,
      reason: errors.encode(reason), // a DOMException, for one, does not survive structured clone
    } satisfies ControlMessage);
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
    if (isPrimitive(args)) return { value: args };
    const outgoing = this.#parts.member.rpcNode.outgoing(site, args);
    try {
      const copied = pack(outgoing.value, outgoing.codec, "args");
      // A shared array by itself travels as a description that was made just now.
      const packed = args instanceof SharedArray ? copied : structuredClone(copied);
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
