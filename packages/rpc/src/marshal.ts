import { types } from "node:util";
import { CloneError, LimitError, MismatchError, ReleasedError } from "@isles/base";
import type { Transferable } from "@isles/transport";
import { type Packed, pack, type ReferenceCodec, unpack } from "@isles/wire";
import { isByReference, referenceOptions } from "./by-reference.ts";
import type { Core } from "./core.ts";
import { type Export, type Exportable, ReferenceKind } from "./exports.ts";
import { Lease } from "./lease.ts";
import { membersOf } from "./members.ts";
import { relaySignal } from "./signals.ts";
import { sourceOf } from "./stream-source.ts";
import { stubStateOf } from "./stub-state.ts";
import { MalformedError, TextReader, textField } from "./text-frames.ts";
import { primitivesText, type ReferenceText, readValues, TextWriter } from "./text-values.ts";

/** A travelling list of values: text where that can carry them, else for structured clone. */
export type Marshalled = { readonly text: string } | { readonly body: Packed };

/** Characters of a string that travels by itself: joined with others in a frame it would be copied twice more. */
const LONG_STRING = 16_384;

/** Kinds of references by name rather than by object. */
const AT_SITE = "n";
const ANYWHERE = "y";

/** Makes the values of one message to one peer ready to travel. */
export class Marshal implements ReferenceText {
  readonly #core: Core;
  readonly #peer: number;
  #texts: Map<object, string> | undefined;
  #held: Export[] | undefined;
  #passedOn: Map<string, Lease> | undefined;

  constructor(core: Core, peer: number) {
    this.#core = core;
    this.#peer = peer;
  }

  /**
   * `path` names the values in errors. Throws CloneError, LimitError, ReleasedError, or what a getter throws; then nothing
   * is held. Otherwise `sent()` must follow.
   */
  args(values: readonly unknown[], path: string, transfer: readonly Transferable[] | undefined): Marshalled {
    return this.#try(values, values, path, transfer);
  }

  /** The same for a single value, such as a result. */
  one(value: unknown, path: string, transfer?: readonly Transferable[]): Marshalled {
    return this.#try([value], value, path, transfer);
  }

  #try(
    tops: readonly unknown[],
    value: unknown,
    path: string,
    transfer: readonly Transferable[] | undefined,
  ): Marshalled {
    try {
      checkTransfer(this.#core, transfer);
      const mayBeText = transfer === undefined && !tops.some(isLongString);
      const text = mayBeText
        ? (primitivesText(tops) ?? new TextWriter(this, this.#core.limits.maxDepth).values(tops))
        : undefined;
      if (text === undefined) return { body: this.#pack(tops, value, path, transfer) };
      this.#checkBytes(text.length * 2, path);
      return { text };
    } catch (error) {
      this.unsent();
      throw error;
    }
  }

  /** Whether anything in what was packed travels as a reference of this layer. */
  get hasReferences(): boolean {
    return this.#texts !== undefined;
  }

  /** Whether the value travels as a reference that calls can be pipelined on. */
  isTarget(value: unknown): boolean {
    const text = this.#texts?.get(value as object);
    return text !== undefined && (text[0] === ReferenceKind.Object || text[0] === AT_SITE || text[0] === ANYWHERE);
  }

  /**
   * The message leaves in this turn. Owners hear of passed-on references before this endpoint can give up its own, which
   * keeps them until then.
   */
  sent(): void {
    if (this.#passedOn !== undefined)
      for (const lease of this.#passedOn.values()) this.#core.shareWith(lease, this.#peer);
  }

  /** The message will not leave: nobody will hold what it would have carried. */
  unsent(): void {
    for (const { id, key } of this.#held ?? []) this.#core.exports.takeBack(id, key, this.#peer);
  }

  // ReferenceText

  describe(value: object, isTop: boolean): string | undefined {
    const known = this.#texts?.get(value);
    if (known !== undefined) return known;
    const text = this.#stubText(value) ?? this.#exportText(value, isTop);
    if (text === undefined) return undefined;
    this.#texts ??= new Map();
    this.#texts.set(value, text);
    if (this.#texts.size > this.#core.limits.maxReferences) {
      throw new LimitError(`a value holds more than ${this.#core.limits.maxReferences} references; send them in parts`);
    }
    return text;
  }

  resolve(): never {
    throw new MalformedError("only an arriving message has references to resolve");
  }

  #stubText(value: object): string | undefined {
    const state = stubStateOf(value);
    if (state === undefined) return undefined;
    const { target, caller } = state;
    if (caller !== this.#core.stubs)
      throw new MismatchError(
        `a stub of another cluster, or of another endpoint of this one, cannot be passed on from here`,
      );
    if (target.kind === "any") return `${ANYWHERE}${textField(target.name)}`;
    if (target.kind === "service") return `${AT_SITE}${target.peer};${textField(target.name)}`;
    const { lease } = target;
    if (lease.released) throw new ReleasedError(`${target.label} was released here; it cannot be passed on`);
    const text = `${ReferenceKind.Object}${lease.owner};${lease.id};${lease.key};`;
    // What goes home needs no lease there, unless it goes from there to there, and arrives as a stub.
    if (lease.owner !== this.#peer || this.#peer === this.#core.host.self) {
      this.#passedOn ??= new Map();
      this.#passedOn.set(text, lease); // several stubs of one object arrive as one
    }
    return text;
  }

  #exportText(value: object, isTop: boolean): string | undefined {
    if ((typeof value === "function" && isTop) || isByReference(value)) {
      return this.#hold(value, () => byReferenceExport(this.#core, value));
    }
    // The unreturned result of a call can be iterated, but what it will be is not here.
    if (typeof value === "function" || types.isPromise(value)) return undefined;
    if (value instanceof AbortSignal) {
      return value.aborted ? undefined : this.#hold(value, () => relaySignal(this.#core, value));
    }
    const source = sourceOf(value, (error) =>
      this.#core.report("the end of a stream that nobody reads any more", error),
    );
    if (source === undefined) return undefined;
    // Each reader of an iterable has an iterator of its own; those of an iterator share it.
    const handle = "next" in value ? value : {};
    return this.#hold(handle, () => source(() => this.#core.exports.end(handle)));
  }

  #hold(handle: object, describe: Parameters<Core["exports"]["hold"]>[2]): string {
    const entry = this.#core.exports.hold(handle, this.#peer, describe);
    this.#held ??= [];
    this.#held.push(entry);
    const text = `${entry.kind}${this.#core.host.self};${entry.id};${entry.key};`;
    this.#passedOn?.delete(text); // a stub of the same object, in a message to oneself: they arrive as one
    return text;
  }

  // Values that need structured clone

  #pack(tops: readonly unknown[], value: unknown, path: string, transfer: readonly Transferable[] | undefined): Packed {
    const moved = transfer === undefined ? {} : { transfer: new Set<object>(transfer as readonly object[]) };
    return pack(value, this.codec(new Set(tops)), path, { limits: this.#core.limits, ...moved });
  }

  /** For packing values; `tops` are those whose functions need no mark. */
  codec(tops: ReadonlySet<unknown>): ReferenceCodec {
    const { hostValues, errors } = this.#core;
    return {
      errors,
      describe: (object, where) => {
        const text = this.describe(object, tops.has(object));
        if (text !== undefined) return text;
        if (typeof object === "function") throw new CloneError(where, describeFunction(object as () => void));
        if (object instanceof AbortSignal) return { aborted: errors.encode(object.reason) } satisfies AbortedSignal;
        const described = hostValues.describe(object, where);
        return described === undefined ? undefined : ({ host: described } satisfies HostReference);
      },
      resolve: () => this.resolve(),
      ...(hostValues.detach === undefined ? {} : { detach: (view) => hostValues.detach!(view) }),
    };
  }

  #checkBytes(bytes: number, path: string): void {
    const { maxBytes } = this.#core.limits;
    if (bytes <= maxBytes) return;
    throw new LimitError(`${path} takes ${bytes} bytes; at most ${maxBytes} travel in one message: use a stream`);
  }
}

/** Throws for what must not be moved, and for what has been: the platform would send it empty. */
export function checkTransfer({ hostValues }: Core, transfer: readonly Transferable[] | undefined): void {
  transfer?.forEach((item, i) => {
    if (!(item instanceof ArrayBuffer)) return;
    if (types.isArrayBuffer(item) && isDetached(item))
      throw new CloneError(`transfer[${i}]`, "a buffer that was moved away before");
    if (hostValues.detach?.(new Uint8Array(item, 0, 0)) !== undefined)
      throw new CloneError(`transfer[${i}]`, "the memory of shared arrays; copy the part of it to be moved");
  });
}

function isDetached(buffer: ArrayBuffer): boolean {
  try {
    new Uint8Array(buffer, 0, 0);
    return false;
  } catch {
    return true;
  }
}

/** What is exported for a function, or for an object that is marked. */
export function byReferenceExport(core: Core, value: object): Exportable {
  const { members, onReleased } = referenceOptions(value) ?? {};
  return {
    kind: ReferenceKind.Object,
    target: value,
    members: membersOf(value, "an object passed by reference", members),
    service: value,
    ...(onReleased && { onReleased: () => core.host.defer(() => guarded(core, onReleased)) }),
  };
}

/** The program's code, which must not run where the last release happens to be noticed. */
function guarded(core: Core, onReleased: () => void): void {
  try {
    onReleased();
  } catch (error) {
    core.report("onReleased of an object passed by reference", error);
  }
}

interface AbortedSignal {
  readonly aborted: unknown;
}

interface HostReference {
  readonly host: unknown;
}

function describeFunction(value: { readonly name: string }): string {
  return `${value.name ? `the function ${value.name}` : "a function"} without a byReference(…) around it`;
}

/** Makes the values of one arrived message. What is the same reference in it becomes the same object. */
export class Unmarshal implements ReferenceText {
  readonly #core: Core;
  readonly #from: number;
  readonly #blocking: boolean;
  #objects: Map<string, object> | undefined;
  #leases: Lease[] | undefined;
  #isDiscarding = false;

  /** `blocking`: whether stubs and streams that arrive block their callers. */
  constructor(core: Core, from: number, blocking: boolean) {
    this.#core = core;
    this.#from = from;
    this.#blocking = blocking;
  }

  /** Gives back what the values refer to, which nobody has seen. */
  release(): void {
    for (const lease of this.#leases ?? []) lease.release();
  }

  /** Reads a message that nobody waits for any more, only to give back what it refers to. Throws as reading it would. */
  discard(read: () => unknown): void {
    this.#isDiscarding = true;
    read();
  }

  /** Throws MalformedError, or ReleasedError for a reference to an object of this endpoint that is gone. */
  text(reader: TextReader): unknown[] {
    return readValues(reader, this);
  }

  body(body: unknown): unknown {
    return unpack(body as Packed, this.codec());
  }

  codec(): ReferenceCodec {
    const { hostValues, errors } = this.#core;
    return {
      errors,
      describe: () => undefined,
      resolve: (description) => {
        if (typeof description === "string") return this.resolve(new TextReader(description));
        if (isObject(description) && "host" in description)
          return this.#isDiscarding ? {} : hostValues.resolve(description.host);
        if (isObject(description) && "aborted" in description)
          return AbortSignal.abort(errors.decode(description.aborted));
        throw new MalformedError("a reference of an unknown kind");
      },
    };
  }

  // ReferenceText

  describe(): undefined {
    return undefined;
  }

  resolve(reader: TextReader): object {
    const start = reader.at;
    const kind = reader.letter();
    if (kind === ANYWHERE) return this.#core.stubs.make({ kind: "any", name: reader.string() }, this.#blocking);
    if (kind === AT_SITE) {
      const peer = this.#core.checkPeer(reader.count());
      return this.#core.stubs.make({ kind: "service", peer, name: reader.string() }, this.#blocking);
    }
    const owner = this.#core.checkPeer(reader.count());
    const id = reader.count();
    const key = reader.count();
    const text = reader.text.slice(start, reader.at);
    const known = this.#objects?.get(text);
    if (known !== undefined) return known;
    const object = this.#comesHome(kind, owner) ? this.#own(id, key) : this.#foreign(kind, owner, id, key);
    this.#objects ??= new Map();
    this.#objects.set(text, object);
    return object;
  }

  /**
   * Whether a reference becomes the object itself again. Not in a message to oneself: there it becomes a stub as it would
   * elsewhere, so that a program is the same whatever site it calls.
   */
  #comesHome(kind: string, owner: number): boolean {
    const { self } = this.#core.host;
    return owner === self && (this.#from !== self || kind === ReferenceKind.Signal);
  }

  #own(id: number, key: number): object {
    const entry = this.#core.exports.find(id, key);
    if (entry === undefined) throw new ReleasedError("a reference came home to an object that nobody holds any more");
    // In a message to oneself: what held it for the way has done so.
    if (this.#from === this.#core.host.self) this.#core.exports.takeBack(id, key, this.#from);
    return entry.target;
  }

  #foreign(kind: string, owner: number, id: number, key: number): object {
    const core = this.#core;
    // The registry of unused leases holds the lease: were `this` in here, it would hold its stub as well, for ever.
    const lease = new Lease(owner, id, key, (ended) => core.giveBack(ended));
    if (this.#isDiscarding) {
      lease.release();
      return lease;
    }
    if (kind !== ReferenceKind.Signal) {
      this.#leases ??= [];
      this.#leases.push(lease);
    }
    switch (kind) {
      case ReferenceKind.Object:
        return this.#core.stubs.ofLease(lease, this.#blocking);
      case ReferenceKind.Stream:
        return this.#core.streams.reader(lease, this.#blocking);
      case ReferenceKind.Signal:
        return this.#core.signals.arrived(lease);
      default:
        throw new MalformedError("a reference of an unknown kind");
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isLongString(value: unknown): boolean {
  return typeof value === "string" && value.length > LONG_STRING;
}
