import type { AnsweredCall } from "@isles/base";
import type { WireError } from "@isles/wire";
import { isByReference } from "./by-reference.ts";
import { RpcEndpoint } from "./channel-endpoint.ts";
import type { Core } from "./core.ts";
import type { Export } from "./exports.ts";
import { Lease } from "./lease.ts";
import { isStreamReader } from "./streams.ts";
import { type Manner, type StubState, stubStateOf, type Target } from "./stub-state.ts";
import { MalformedError } from "./text-frames.ts";
import type { CallOptions } from "./types.ts";

/** What {@link StubMoves.departing} needs to know. */
export interface StubDepartureOptions {
  /** Where the image goes; undefined for a checkpoint, which may be used much later, or twice, or never. */
  readonly peer: number | undefined;
  /** Throws what says that the value at `path` cannot be in an image. */
  readonly refuse: (path: string, what: string) => never;
  /** What is "whatever is there" on every site, by name: the signals of stubs may be among it. */
  readonly here?: ReadonlyMap<unknown, string> | undefined;
  /** What a function of the process shares with the code around it. Default: that is not known of any function. */
  readonly capturesOf?: ((value: object) => readonly unknown[] | undefined) | undefined;
}

/** What {@link StubMoves.arriving} needs to know. */
export interface StubArrivalOptions {
  /** By name, what the departure's `here` had: this site's own. */
  readonly here?: ReadonlyMap<string, unknown> | undefined;
}

/** What a stub's calls go to, as it travels. */
type TargetDescription =
  | { readonly kind: "service"; readonly peer: number; readonly name: string }
  | { readonly kind: "any"; readonly name: string }
  | {
      readonly kind: "object";
      readonly owner: number;
      readonly id: number;
      readonly key: number;
      readonly isReleased: boolean;
    };

interface Aborted {
  readonly aborted: WireError;
}

/** A stub, or a signal that has aborted, as it stands in an image. Plain data. */
export type StubDescription =
  | {
      readonly t: "stub";
      readonly target: TargetDescription;
      readonly manner: Manner;
      readonly timeoutMs: number | undefined;
      readonly signal: Aborted | { readonly here: string } | undefined;
    }
  | ({ readonly t: "signal" } & Aborted);

/** Stubs of processes, and how they go with them. */
export class StubMoves {
  readonly #core: Core;
  /** Leases that came here with a process: nobody else has them. */
  readonly #brought = new WeakMap<AnsweredCall, Lease[]>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** For one image of a suspended process. */
  departing(options: StubDepartureOptions): StubDeparture {
    return new StubDeparture(this.#core, options);
  }

  /** For the process of an image that has come; `owner` stands for it here. */
  arriving(owner: AnsweredCall, options: StubArrivalOptions = {}): StubArrival {
    return new StubArrival(this.#core, options, (leases) => this.#brought.set(owner, leases));
  }

  /**
   * The process now runs elsewhere, with leases of its own: gives back those that it came here with. Those that it was given
   * here it may have shared with others; they end when nobody here uses them any more.
   */
  departed(owner: AnsweredCall): void {
    for (const lease of this.#brought.get(owner) ?? []) lease.release();
    this.#brought.delete(owner);
  }
}

/** Puts the stubs of one process into one image. Nobody is told before {@link sent}. */
export class StubDeparture {
  readonly #core: Core;
  readonly #options: StubDepartureOptions;
  readonly #leases = new Map<string, Lease>();
  /** What functions that others can call here have in common with other code. */
  #shared: Map<unknown, Export> | undefined;

  constructor(core: Core, options: StubDepartureOptions) {
    this.#core = core;
    this.#options = options;
  }

  /** What travels in place of a stub; undefined for any other value that may travel. Refuses what works only here. */
  describe(value: object, path: string): StubDescription | undefined {
    const state = stubStateOf(value);
    if (state !== undefined) return this.#stub(state, path);
    if (value instanceof AbortSignal) return { t: "signal", ...this.#aborted(value, path, "an AbortSignal") };
    this.#refuseBound(value, path);
    return undefined;
  }

  /** The image leaves: the owners of references hear of it before this site can give up its own leases, which keeps them till then. */
  sent(): void {
    const { peer } = this.#options;
    if (peer !== undefined) for (const lease of this.#leases.values()) this.#core.shareWith(lease, peer);
  }

  #stub({ target, manner, options, caller }: StubState, path: string): StubDescription {
    const { refuse, here } = this.#options;
    if (caller !== this.#core.stubs) refuse(path, "a stub of another cluster, or of another endpoint of this one");
    const { timeoutMs, signal, transfer } = options;
    if (transfer !== undefined)
      refuse(path, "a stub whose calls transfer something that is here: give each call its own");
    const name = here?.get(signal);
    return {
      t: "stub",
      target: this.#target(target, path),
      manner,
      timeoutMs,
      signal:
        signal === undefined
          ? undefined
          : name !== undefined
            ? { here: name }
            : this.#aborted(signal, path, "a stub with an AbortSignal"),
    };
  }

  #target(target: Target, path: string): TargetDescription {
    if (target.kind === "any") return { kind: "any", name: target.name };
    if (target.kind === "service") return { kind: "service", peer: target.peer, name: target.name };
    const { owner, id, key, released } = target.lease;
    if (!released && this.#options.peer === undefined)
      this.#options.refuse(
        path,
        `a stub of ${target.label}, which a checkpoint cannot keep: use a named service, or release it`,
      );
    if (!released) this.#leases.set(leaseKey(owner, id, key), target.lease);
    return { kind: "object", owner, id, key, isReleased: released };
  }

  #aborted(signal: AbortSignal, path: string, what: string): Aborted {
    if (!signal.aborted)
      this.#options.refuse(path, `${what} that may still abort, which is told only here: use site.signal`);
    return { aborted: this.#core.errors.encode(signal.reason) };
  }

  #refuseBound(value: object, path: string): void {
    const { refuse, capturesOf } = this.#options;
    if (isStreamReader(value))
      refuse(path, "a stream that is being read here: read it to its end, or return() it, before the yield");
    if (value instanceof RpcEndpoint)
      refuse(path, "a Comlink endpoint, whose listeners are here: open it again after the yield");
    const { exports } = this.#core;
    if (exports.size === 0) return;
    const own = exports.of(value);
    const isOwn = own !== undefined && (isByReference(value) || capturesOf?.(value) !== undefined);
    if (isOwn) refuse(path, `it was passed by reference to ${this.#holders(own)}, whose calls come here`);
    this.#shared ??= this.#listShared();
    const shared = this.#shared.get(value);
    if (shared === undefined) return;
    refuse(
      path,
      `it is shared with a function that was passed by reference to ${this.#holders(shared)}, whose calls come here`,
    );
  }

  #listShared(): Map<unknown, Export> {
    const shared = new Map<unknown, Export>();
    const { capturesOf } = this.#options;
    if (capturesOf === undefined) return shared;
    for (const entry of this.#core.exports.all) {
      for (const member of [entry.target, ...entry.members.values()])
        for (const captured of capturesOf(member) ?? []) shared.set(captured, entry);
    }
    return shared;
  }

  #holders({ holders }: Export): string {
    const { sites } = this.#core.host;
    return [...holders.keys()].map((at) => (at === sites ? "the launcher" : `site ${at}`)).join(", ");
  }
}

/**
 * Makes the stubs of an image that has come. A reference to an object of this very site stays a stub as well: the process
 * goes on calling it as it did, by promises or blocking, lets go of it as of any stub, and takes it along when it moves on.
 */
export class StubArrival {
  readonly #core: Core;
  readonly #options: StubArrivalOptions;
  readonly #onCommit: (leases: Lease[]) => void;
  readonly #targets = new Map<string, Target & { kind: "object" }>();
  #isOver = false;

  constructor(core: Core, options: StubArrivalOptions, onCommit: (leases: Lease[]) => void) {
    this.#core = core;
    this.#options = options;
    this.#onCommit = onCommit;
  }

  /** Throws MalformedError for what no departure can have described. */
  resolve(description: StubDescription): object {
    if (description.t === "signal") return AbortSignal.abort(this.#core.errors.decode(description.aborted));
    const { target, manner, timeoutMs, signal } = description;
    const options: CallOptions = {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal === undefined ? {} : { signal: this.#signal(signal) }),
      ...(manner === "oneWay" ? { oneWay: true } : {}),
    };
    return this.#core.stubs.make(this.#target(target), manner === "blocking", options);
  }

  /** The process is here, and with it the leases. */
  commit(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onCommit([...this.#targets.values()].map(({ lease }) => lease));
  }

  /** The process is not here: gives back what was shared with this site, also for those descriptions that were not resolved. */
  drop(unresolved: Iterable<StubDescription> = []): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const one of unresolved) if (one.t === "stub") this.#target(one.target);
    for (const { lease } of this.#targets.values()) lease.release();
  }

  #signal(signal: Aborted | { readonly here: string }): AbortSignal {
    if ("aborted" in signal) return AbortSignal.abort(this.#core.errors.decode(signal.aborted));
    const own = this.#options.here?.get(signal.here);
    if (own instanceof AbortSignal) return own;
    throw new MalformedError(`a signal "${signal.here}" that this site does not have`);
  }

  #target(target: TargetDescription): Target {
    if (target.kind === "any") return { kind: "any", name: target.name };
    if (target.kind === "service")
      return { kind: "service", peer: this.#core.checkPeer(target.peer), name: target.name };
    const { owner, id, key, isReleased } = target;
    const text = leaseKey(owner, id, key);
    const known = this.#targets.get(text);
    if (known !== undefined) return known;
    const core = this.#core;
    // Nothing of this arrival may be in here: what holds the lease would hold its user as well, for ever.
    const lease = new Lease(core.checkPeer(owner), id, key, (ended) => core.giveBack(ended));
    if (isReleased) lease.expire();
    const made = core.stubs.targetOf(lease);
    this.#targets.set(text, made);
    return made;
  }
}

function leaseKey(owner: number, id: number, key: number): string {
  return `${owner};${id};${key}`;
}
