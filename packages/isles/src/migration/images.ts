import { endianness } from "node:os";
import { deserialize, serialize } from "node:v8";
import { crc32 } from "node:zlib";
import { CloneError, IslesError, isInstanceOf, printed } from "@isles/base";
import { capture, MigrationError, type ProcessImage, pinnedBy, revive } from "@isles/migration";
import { checkImage, POLICIES, SiteMailbox } from "@isles/migration/internal";
import { type Packed, pack, unpack } from "@isles/wire";
import type { Member } from "../member.ts";
import { LocalProcess, type LocalProcessParts } from "./local-process.ts";
import type { Parcel } from "./messages.ts";
import {
  type Arriving,
  arrivingReferences,
  departed,
  ended,
  type ImageReferences,
  imageReferences,
} from "./references.ts";

type Made<T> = T | { readonly why: string };

/**
 * A checkpoint begins with these words, its version, the byte order (LE or BE) of the machine that made it, and the CRC-32 of what follows: a
 * damaged one would restore a process with something else in its variables.
 */
const MAGIC = "isles process";
const VERSION = 1;
const HEADER = /^isles process (\d+) (LE|BE) ([0-9a-f]{8})\n/;
/** No header is longer, in bytes. */
const HEADER_MAX = 48;

/** Of a process, the most values that `ps` looks at to see what pins it: it may be asked often, and a process may be large. */
const LOOK_MAX = 2_000;

/** Makes images of the processes of a site, and processes of images. */
export class Images {
  readonly #member: Member;
  readonly #program: string;
  /** What processes have brought along that is theirs only once they run. */
  readonly #arriving = new WeakMap<LocalProcess, Arriving>();

  constructor(member: Member, program: string) {
    this.#member = member;
    this.#program = program;
  }

  /** Why the process cannot move now, with the path to the culprit; undefined if it can. */
  pinnedBy(process: LocalProcess): string | undefined {
    const here = process.site.parts();
    const references = this.#references(process, this.#member.endpoint.self, here);
    try {
      references.luggage();
      return pinnedBy(process.frame, { references: references.codec, here, program: this.#program, limit: LOOK_MAX });
    } catch (error) {
      if (error instanceof MigrationError) return error.message;
      throw error;
    } finally {
      references.unsent();
    }
  }

  capture(process: LocalProcess, to: number): Made<{ image: Parcel }> {
    return this.#parcel(process, to);
  }

  checkpoint(process: LocalProcess): Made<{ bytes: Uint8Array<ArrayBuffer> }> {
    const made = this.#parcel(process, "persistent");
    if ("why" in made) return made;
    const body = serialize(made.image);
    const header = Buffer.from(`${MAGIC} ${VERSION} ${endianness()} ${checksum(body)}\n`, "latin1");
    // Not a window on the pool that small Buffers share: whoever keeps it would keep all of that.
    const bytes = new Uint8Array(header.length + body.length);
    bytes.set(header);
    bytes.set(body, header.length);
    return { bytes };
  }

  /** The process of a parcel, suspended; it has what it holds only once it `runs`. Throws what says why it cannot be here. */
  revive(parts: Omit<LocalProcessParts, "frame">, parcel: Parcel): LocalProcess {
    const start = performance.now();
    const here = parts.site.byName();
    const arriving = arrivingReferences(this.#member, parts.owner, { luggage: parcel.luggage, here });
    try {
      const frame = revive(parcel.image, { references: arriving.codec, here, program: this.#program });
      const { mail, input } = this.#extra(parcel, arriving);
      const mailbox = new SiteMailbox({ received: parcel.received, waiting: mail });
      const process = new LocalProcess({ ...parts, frame, mailbox, meter: parcel.following });
      process.input = input;
      process.inputThrows = parcel.inputThrows;
      process.waiting = parcel.waiting;
      process.cpuMs = parcel.cpuMs;
      process.fetches?.cameIn((parcel.following?.ms ?? 0) + performance.now() - start);
      this.#arriving.set(process, arriving);
      return process;
    } catch (error) {
      arriving.drop(parcel.image);
      throw error;
    }
  }

  #extra({ extra }: Parcel, { codec }: Arriving): { mail: unknown[]; input: unknown } {
    return extra === undefined ? { mail: [], input: undefined } : (unpack(extra, codec) as never);
  }

  /** Throws IslesError `MALFORMED` for bytes that are no checkpoint. */
  restore(parts: Omit<LocalProcessParts, "frame">, bytes: Uint8Array): LocalProcess {
    return this.revive(parts, parcelOf(bytes));
  }

  /** The process is this one from now on: what it brought is its own. */
  runs(process: LocalProcess): void {
    this.#arriving.get(process)?.commit();
    this.#arriving.delete(process);
  }

  /** It is not, or not any more. */
  discard(process: LocalProcess, isGone: boolean): void {
    this.#arriving.get(process)?.drop();
    this.#arriving.delete(process);
    if (isGone) departed(this.#member, process.owner);
  }

  /** It has ended: what it holds is let go. */
  ended(process: LocalProcess): void {
    ended(this.#member, process.owner);
  }

  /** A list whose items may also be functions, which arrive as stubs. Throws CloneError for what cannot travel. */
  packList(list: readonly unknown[], to: number, what: string): Packed {
    return this.pack(list, to, what, list);
  }

  /** A copy of what can be copied; for other lists the list itself. */
  snapshot(list: readonly unknown[]): readonly unknown[] {
    const { rpcNode, endpoint } = this.#member;
    const outgoing = rpcNode.outgoing(endpoint.self, list, list);
    try {
      const packed = pack(outgoing.value, outgoing.codec, "args");
      if (outgoing.hasReferences) return list;
      return unpack(structuredClone(packed), rpcNode.arriving()) as unknown[];
    } finally {
      outgoing.unsent();
    }
  }

  /** Throws CloneError for what cannot travel. `tops`: what needs no mark to travel by reference. */
  pack(value: unknown, to: number, what: string, tops: readonly unknown[] = [value]): Packed {
    const outgoing = this.#member.rpcNode.outgoing(to, value, tops);
    try {
      const packed = pack(outgoing.value, outgoing.codec, what);
      structuredClone(packed);
      outgoing.sent();
      return packed;
    } catch (cause) {
      outgoing.unsent();
      if (cause instanceof IslesError) throw cause;
      throw new CloneError(what, `a value that structured clone refuses (${(cause as Error).message})`, { cause });
    }
  }

  #references(
    { owner }: LocalProcess,
    peer: number | "persistent",
    here: ReadonlyMap<unknown, string>,
  ): ImageReferences {
    return imageReferences(this.#member, peer, { owner, here });
  }

  #parcel(process: LocalProcess, peer: number | "persistent"): Made<{ image: Parcel }> {
    const { heldBack, input, waiting } = process;
    if (heldBack !== undefined) return { why: heldBack };
    const start = performance.now();
    const here = process.site.parts();
    const references = this.#references(process, peer, here);
    try {
      const luggage = references.luggage();
      const image = capture(process.frame, { references: references.codec, here, program: this.#program });
      const { received, waiting: mail } = process.mailbox.image();
      const isBare = mail.length === 0 && input === undefined; // as a rule
      const extra = isBare ? undefined : pack({ mail, input }, references.beside, "its mail");
      if (extra !== undefined) structuredClone(extra); // what cannot be cloned has to show here, not when it is sent
      references.sent();
      return {
        image: {
          meta: { ...process.meta, preferred: process.preferred },
          image,
          extra,
          luggage,
          inputThrows: process.inputThrows,
          waiting: waiting?.kind === "message" ? waiting : undefined,
          received,
          cpuMs: process.cpuMs,
          following: process.fetches && { ...process.fetches.image, ms: performance.now() - start },
        },
      };
    } catch (error) {
      references.unsent();
      if (isInstanceOf(error, MigrationError, CloneError, DOMException)) return { why: (error as Error).message };
      throw error;
    }
  }
}

/** Copying and handing over pays from this size on, in bytes. */
const HANDED_OVER_MIN = 2 ** 16;

/**
 * The parcel with copies of its large buffers, which can be handed over: the process may yet go on here with its own. Structured clone would
 * copy them twice, into memory that grows as it goes.
 */
export function withOwnBuffers(parcel: Parcel): { parcel: Parcel; buffers: ArrayBuffer[] } {
  const buffers: ArrayBuffer[] = [];
  const { nodes } = parcel.image;
  if (!nodes.some(isLarge)) return { parcel, buffers };
  const own = nodes.map((node) => {
    if (!isLarge(node)) return node;
    const bytes = node.bytes.slice(0);
    buffers.push(bytes);
    return { ...node, bytes };
  });
  return { parcel: { ...parcel, image: { ...parcel.image, nodes: own } }, buffers };
}

function isLarge(node: ProcessImage["nodes"][number]): node is Extract<typeof node, { t: "buffer" }> {
  if (node.t !== "buffer") return false;
  const { byteLength, resizable = false } = node.bytes as ArrayBuffer & { readonly resizable?: boolean };
  return byteLength >= HANDED_OVER_MIN && !resizable;
}

/** What a checkpoint holds. Throws IslesError `MALFORMED`. */
export function parcelOf(bytes: Uint8Array): Parcel {
  if (!(bytes instanceof Uint8Array)) throw malformed(`they are ${printed(bytes)}`);
  const [header, version, order, sum] = HEADER.exec(Buffer.from(bytes.slice(0, HEADER_MAX)).toString("latin1")) ?? [];
  if (header === undefined) throw malformed("they begin with something else");
  if (Number(version) !== VERSION) throw malformed(`they have version ${version}, and this Isles reads ${VERSION}`);
  if (order !== endianness())
    throw malformed(`they come from a machine whose byte order is ${order}, and that of this one is ${endianness()}`);
  const body = bytes.subarray(header.length);
  if (checksum(body) !== sum) throw malformed("they are damaged (their checksum is another)");
  try {
    return checkParcel(deserialize(body));
  } catch (cause) {
    throw malformed("they are damaged", { cause });
  }
}

function checkParcel(value: unknown): Parcel {
  const parcel = (value ?? {}) as Partial<Parcel>;
  const { meta, image, received, waiting, luggage, cpuMs } = parcel;
  const isRight =
    typeof meta?.name === "string" &&
    POLICIES.includes(meta.policy) &&
    typeof meta.preferred === "object" &&
    Number.isInteger(received) &&
    received! >= 0 &&
    (waiting === undefined || (waiting?.kind === "message" && typeof waiting.until === "number")) &&
    Array.isArray(luggage) &&
    typeof cpuMs === "number";
  if (!isRight) throw malformed("something is missing in them");
  checkImage(image);
  return parcel as Parcel;
}

function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, "0");
}

function malformed(why: string, options?: ErrorOptions): IslesError {
  return new IslesError(
    "MALFORMED",
    `these bytes are no checkpoint of a process: ${why}; take what handle.checkpoint() gave`,
    options,
  );
}
