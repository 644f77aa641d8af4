import { type AnsweredCall, IslesError, UsageError } from "@isles/base";
import {
  AsyncArray,
  type AsyncMemory,
  type RegionDescriptor,
  SharedArray,
  type SyncDescription,
  type SyncLuggage,
  type TypedArray,
} from "@isles/dsm";
import { HeldSpan, SpanGroup } from "@isles/dsm/internal";
import { MigrationError, type ProcessImage } from "@isles/migration";
import { Realm } from "@isles/migration/internal";
import type { StubDescription } from "@isles/rpc/internal";
import type { Packed, ReferenceCodec } from "@isles/wire";
import type { Member } from "../member.ts";
import { type HandleDescription, type ProcessControl, ProcessHandle } from "./process-handle.ts";

/** What of a process is in its image only by reference, and the locks that go with it. */
export interface ImageReferences {
  /** For `capture`. Refuses by MigrationError what cannot go. */
  readonly codec: ReferenceCodec;
  /** For packing what travels beside the image, where instances of registered classes are not taken apart by `capture`. */
  readonly beside: ReferenceCodec;
  /**
   * What the process holds whether or not its image shows it: travels with the image, to {@link arrivingReferences}. Throws
   * MigrationError while the process waits for an answer here, and for a checkpoint while it holds a lock.
   */
  luggage(): SyncLuggage;
  /** The image leaves now. */
  sent(): void;
  /** It will not. */
  unsent(): void;
}

/** What a process that has come refers to here. Until `commit` nobody else has heard of it. */
export interface Arriving {
  /** For `revive`, and for unpacking what came beside the image. */
  readonly codec: ReferenceCodec;
  /** The process is here from now on. */
  commit(): void;
  /** It is not. `image`: what was not, or not wholly, revived. */
  drop(image?: ProcessImage): void;
}

/** A process at a site, as far as what it refers to is concerned. */
export interface Departing {
  readonly owner: AnsweredCall;
  /** What is "whatever is there" on every site, by name. */
  readonly here: ReadonlyMap<unknown, string>;
}

/** What {@link arrivingReferences} needs beside the owner. */
export interface ArrivingOptions {
  readonly luggage?: SyncLuggage;
  /** By name, what the departure's `here` had: this site's own. */
  readonly here?: ReadonlyMap<string, unknown>;
}

/** Equal `id`s are one object. In a checkpoint the region's number is missing: another run may number it otherwise. */
interface ArrayDescription {
  readonly t: "array" | "array-twin";
  readonly id: number;
  readonly region: Omit<RegionDescriptor, "id"> & { readonly id?: number };
  readonly origin: number;
  readonly length: number;
}

type Description =
  | { readonly handle: HandleDescription; readonly run: string }
  | { readonly array: ArrayDescription }
  | { readonly sync: SyncDescription }
  | { readonly stub: StubDescription }
  | { readonly host: unknown };

/** For one image of the suspended process, to a site or, `persistent`, into a checkpoint. Changes nothing before `sent`. */
export function imageReferences(
  member: Member,
  peer: number | "persistent",
  { owner, here }: Departing,
): ImageReferences {
  const isPersistent = peer === "persistent";
  const sync = member.sync.processes.departing(owner, { persistent: isPersistent, refuse });
  const realm = Realm.here;
  const capturesOf = (value: object): readonly unknown[] | undefined => realm.closureInfo(value)?.captures;
  const stubs = member.rpcNode.processes.departing({ peer: isPersistent ? undefined : peer, refuse, here, capturesOf });
  const arrays = new DepartingArrays(member, isPersistent);
  const codec: ReferenceCodec = {
    errors: member.errors,
    describe: (value, path): Description | undefined => {
      if (typeof value === "object") {
        if (value instanceof ProcessHandle) {
          if (!value.isOf(member.processes)) refuse(path, `${value} of another cluster or an earlier run`);
          return { handle: value.describe(), run: member.run };
        }
        const array = arrays.describe(value, path);
        if (array !== undefined) return { array };
        const described = sync.describe(value, path);
        if (described !== undefined) return { sync: described };
      }
      const stub = stubs.describe(value, path);
      return stub === undefined ? undefined : { stub };
    },
    resolve: () => {
      throw new IslesError("MALFORMED", "only an image that arrives has references to resolve");
    },
  };
  const beside: ReferenceCodec = {
    ...codec,
    describe: (value, path): Description | undefined => {
      const description = codec.describe(value, path) as Description | undefined;
      const host = description === undefined && typeof value === "object" ? member.describe(value) : undefined;
      return host === undefined ? description : { host };
    },
  };
  return { codec, beside, luggage: () => sync.luggage(), sent: () => stubs.sent(), unsent: () => undefined };
}

/** For the process of an image that has come from another site, or of a checkpoint; `owner` stands for it at this site. */
export function arrivingReferences(member: Member, owner: AnsweredCall, options: ArrivingOptions = {}): Arriving {
  const sync = member.sync.processes.arriving(owner, options.luggage ?? []);
  const stubs = member.rpcNode.processes.arriving(owner, { here: options.here });
  const arrays = new ArrivingArrays(member);
  return {
    codec: {
      errors: member.errors,
      describe: () => undefined,
      resolve: (given) => {
        const description = given as Description;
        if ("handle" in description) {
          const { handle, run } = description;
          return run === member.run ? member.processes!.handleOf(handle) : new ProcessHandle(earlierRun, handle);
        }
        if ("array" in description) return arrays.resolve(description.array);
        if ("sync" in description) return sync.resolve(description.sync);
        if ("stub" in description) return stubs.resolve(description.stub);
        if ("host" in description) return member.resolve(description.host);
        throw new IslesError("MALFORMED", "an image of a process is malformed: it has a reference of an unknown kind");
      },
    },
    commit: () => {
      sync.commit();
      stubs.commit();
    },
    drop: (image) => {
      sync.drop();
      stubs.drop(image === undefined ? [] : stubsIn(image));
    },
  };
}

/** An image that nobody revives: what was shared with this site for it is given back. */
export function discardImage(member: Member, image: ProcessImage): void {
  member.rpcNode.processes.arriving({ isOver: true, hasSignal: false, isSuspended: false }).drop(stubsIn(image));
}

/** The process of the last image runs elsewhere: forgets what went along, and lets go of what could not. */
export function departed(member: Member, owner: AnsweredCall): void {
  member.sync.processes.departed(owner);
  member.rpcNode.processes.departed(owner);
  member.endpoint.releaseOwned(owner);
}

/** The process is over: its locks are let go, its waits given up, its spans released. */
export function ended(member: Member, owner: AnsweredCall): void {
  member.sync.processes.endOwner(owner);
  member.endpoint.releaseOwned(owner);
}

/**
 * Makes, at the launcher, the shared arrays that a checkpoint names, in case this is another run than the one in which it was
 * taken: zero-filled, as their names say nothing of what was in them. Sites know of them before anything that the launcher
 * sends after this. Throws MismatchError where an array of that name is another one now.
 */
export async function openArrays(memory: AsyncMemory, image: ProcessImage, ...packed: Packed[]): Promise<void> {
  const descriptions = [
    ...image.nodes.flatMap((node) => (node.t === "reference" ? [node.description] : [])),
    ...packed.flatMap(({ references = [] }) => references.map(({ description }) => description)),
  ];
  for (const description of descriptions as (Partial<{ array: ArrayDescription }> | undefined)[]) {
    const region = description?.array?.region;
    if (region === undefined || region.id !== undefined) continue;
    const { name, type, length, pageSize, home, homeMigration } = region;
    await memory[type](name, length, { pageSize, home, homeMigration });
  }
}

/** What a handle of a process does in a later run. */
const earlierRun: ProcessControl = {
  siteOf: () => undefined,
  migrate: (id) => Promise.reject(ofEarlierRun(id)),
  checkpoint: (id) => Promise.reject(ofEarlierRun(id)),
  kill: (id) => Promise.reject(ofEarlierRun(id)),
  send: (id) => Promise.reject(ofEarlierRun(id)),
  info: (id) => Promise.reject(ofEarlierRun(id)),
  result: (id) => Promise.reject(ofEarlierRun(id)),
  handleOf: (description) => new ProcessHandle(earlierRun, description),
};

function ofEarlierRun(id: number): UsageError {
  return new UsageError(
    "EARLIER_RUN",
    `this handle came with a checkpoint of an earlier run, whose process ${id} is no more; restore that one, too, and tell this one of it`,
  );
}

function refuse(path: string, what: string): never {
  throw new MigrationError(path, what);
}

function* stubsIn(image: ProcessImage): Iterable<StubDescription> {
  for (const node of image.nodes) {
    if (node.t !== "reference") continue;
    const { stub } = node.description as Partial<{ stub: StubDescription }>;
    if (stub !== undefined) yield stub;
  }
}

/** Shared arrays go as references; windows on this site's private memory do not go. */
class DepartingArrays {
  readonly #member: Member;
  readonly #isPersistent: boolean;
  readonly #ids = new Map<SharedArray, number>();

  constructor(member: Member, isPersistent: boolean) {
    this.#member = member;
    this.#isPersistent = isPersistent;
  }

  describe(value: object, path: string): ArrayDescription | undefined {
    if (value instanceof SharedArray) return this.#array("array", value, path);
    if (value instanceof AsyncArray) return this.#array("array-twin", value.array as SharedArray, path);
    if (value instanceof HeldSpan || value instanceof SpanGroup) {
      const what = value instanceof HeldSpan ? value.describe() : SpanGroup.describe(value);
      refuse(path, `it holds ${what}: release it, and let go of it, before the yield`);
    }
    if (ArrayBuffer.isView(value)) this.#refuseWindow(value.buffer, value, path);
    else if (value instanceof ArrayBuffer) this.#refuseWindow(value, undefined, path);
    return undefined;
  }

  #array(t: ArrayDescription["t"], array: SharedArray, path: string): ArrayDescription {
    if (!array.isOf(this.#member.endpoint)) refuse(path, `shared array "${array.name}" of another cluster`);
    let id = this.#ids.get(array);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(array, id);
    }
    const { region, origin, length } = array.describe();
    const { id: _number, ...unnumbered } = region;
    return { t, id, region: this.#isPersistent ? unnumbered : region, origin, length };
  }

  /** A copy of a view would be a snapshot, and what is written to it would reach nobody. */
  #refuseWindow(buffer: ArrayBufferLike, view: ArrayBufferView | undefined, path: string): void {
    const region = this.#member.endpoint.regions.all.find(({ bytes }) => bytes.buffer === buffer);
    if (region === undefined) return;
    const { name } = region.descriptor;
    const { BYTES_PER_ELEMENT: size } = region.view;
    const start = view === undefined ? 0 : Math.floor((view.byteOffset - region.bytes.byteOffset) / size);
    const end = view === undefined ? region.descriptor.length : start + Math.ceil(view.byteLength / size);
    refuse(
      path,
      `a view of a span of array "${name}" [${start}, ${end}): let go of it before the yield, and take the span again after it`,
    );
  }
}

class ArrivingArrays {
  readonly #member: Member;
  readonly #made = new Map<number, SharedArray<TypedArray>>();

  constructor(member: Member) {
    this.#member = member;
  }

  resolve(description: ArrayDescription): object {
    const { t, id, region, origin, length } = description;
    let array = this.#made.get(id);
    if (array === undefined) {
      array = this.#member.memory.resolve({ region: this.#numbered(region), origin, length });
      this.#made.set(id, array);
    }
    return t === "array" ? array : array.async;
  }

  #numbered(region: ArrayDescription["region"]): RegionDescriptor {
    if (region.id !== undefined) return region as RegionDescriptor;
    const here = this.#member.endpoint.regions.all.find(
      ({ descriptor }) => descriptor.name === region.name,
    )?.descriptor;
    const what = (one: typeof region): string => `${one.type} of ${one.length} elements`;
    if (here === undefined)
      throw new MigrationError(
        `shared array "${region.name}"`,
        `the checkpoint needs it, as ${what(region)}: make it first`,
      );
    if (here.type !== region.type || here.length !== region.length)
      throw new MigrationError(
        `shared array "${region.name}"`,
        `it is ${what(here)} here, and the checkpoint needs ${what(region)}`,
      );
    return here;
  }
}
