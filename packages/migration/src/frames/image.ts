import { deserialize, serialize } from "node:v8";
import { IslesError } from "@isles/base";

/** A place in an image's list of nodes. */
export interface Ref {
  readonly r: number;
}

export type Primitive = string | number | boolean | bigint | null | undefined;

/** A primitive as it is, or a reference to a node. */
export type Encoded = Primitive | Ref;

/** Own properties; `flags` only where a property is not writable, enumerable and configurable. */
export interface Properties {
  readonly keys: Encoded[];
  readonly values: Encoded[];
  readonly flags?: number[];
  /** It takes no more properties. */
  readonly isSealed?: true;
}

export type ImageNode =
  | { readonly t: "here"; readonly name: string }
  | { readonly t: "reference"; readonly description: unknown }
  | {
      readonly t: "frame";
      readonly code: string;
      readonly hash: string;
      readonly pc: number;
      readonly slots: readonly string[];
      readonly values: Encoded[];
      readonly owner: Encoded;
      readonly child: Encoded;
    }
  | { readonly t: "delegation"; readonly pc: number; readonly cursor: Encoded; readonly owner: Encoded }
  | { readonly t: "closure"; readonly code: string; readonly hash: string; readonly captures: Encoded[] }
  /** `key`: what that class or object has by this key. */
  | { readonly t: "named"; readonly module: string; readonly name: string; readonly key?: string }
  /** What an object's prototypes have by this key. */
  | { readonly t: "method"; readonly of: Encoded; readonly key: string }
  | { readonly t: "intrinsic"; readonly name: string }
  | { readonly t: "class"; readonly name: string; readonly isPrototype: boolean }
  | { readonly t: "symbol"; readonly key: string }
  | { readonly t: "dead" }
  | { readonly t: "box"; readonly value: Encoded }
  | {
      readonly t: "cursor";
      readonly kind: "array" | "string" | "collection" | "keys" | "iterator";
      readonly fields: Encoded[];
    }
  | { readonly t: "taking"; readonly cursor: Encoded; readonly isDone: boolean }
  /** An object's string keys; its values are the next in the stream. Objects of a kind share the node. */
  | { readonly t: "plain"; readonly keys: readonly string[]; readonly prototype?: Encoded }
  /** A list with `length` values in the stream, where a map's keys and values are by turns; lists of a length share the node. */
  | { readonly t: "run"; readonly kind: ListKind; readonly length: number }
  /** A long list of primitives. */
  | { readonly t: "list"; readonly kind: ListKind; readonly items: Primitive[] }
  | { readonly t: "sparse"; readonly length: number; readonly properties: Properties }
  | { readonly t: "arguments"; readonly items: Encoded[] }
  | { readonly t: "object"; readonly prototype: Encoded; readonly properties: Properties }
  | {
      readonly t: "error";
      readonly prototype: Encoded;
      readonly stack: string | undefined;
      readonly properties: Properties;
    }
  | { readonly t: "instance"; readonly name: string; readonly encoded: Encoded }
  | { readonly t: "date"; readonly time: number }
  | { readonly t: "regexp"; readonly source: string; readonly flags: string; readonly lastIndex: number }
  | { readonly t: "wrapper"; readonly value: Encoded }
  | { readonly t: "url"; readonly href: string; readonly isQuery: boolean }
  | { readonly t: "buffer"; readonly bytes: ArrayBuffer }
  | {
      readonly t: "view";
      readonly kind: string;
      readonly buffer: Encoded;
      readonly offset: number;
      readonly length: number;
    };

export type ListKind = "array" | "map" | "set";

/** The values of the nodes `plain` and `run`, in the order of these. */
export interface ValueStream {
  readonly values: readonly Primitive[];
  /** Where numbers of nodes stand for what these are: each as its distance from the one before. */
  readonly refs: readonly number[];
}

/** A suspended process as plain data: its frames, and all that they lead to. */
export interface ProcessImage {
  readonly version: typeof VERSION;
  /** The program's URL: modules are named relative to its folder. */
  readonly program: string;
  readonly root: Encoded;
  readonly nodes: readonly ImageNode[];
  readonly stream?: ValueStream;
}

/** Of the form of images. */
export const VERSION = 2;

export function isRef(value: unknown): value is Ref {
  return typeof value === "object" && value !== null;
}

/** Stands in an image as it is. Labels are worth making only for what does not. */
export function isPrimitive(value: unknown): value is Exclude<Encoded, object | null> {
  return typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol";
}

/** An image as bytes: a checkpoint. */
export function imageToBytes(image: ProcessImage): Uint8Array {
  return serialize(image);
}

/** The image again. Throws IslesError `MALFORMED` if that is not what the bytes are. */
export function imageFromBytes(bytes: Uint8Array): ProcessImage {
  let image: unknown;
  try {
    image = deserialize(bytes);
  } catch (cause) {
    throw new IslesError("MALFORMED", "these bytes are no image of a process", { cause });
  }
  return checkImage(image);
}

export function checkImage(value: unknown): ProcessImage {
  const image = value as Partial<ProcessImage> | null;
  if (typeof image !== "object" || image === null || !Array.isArray(image.nodes) || typeof image.program !== "string") {
    throw new IslesError("MALFORMED", "this is no image of a process");
  }
  if (image.version !== VERSION) {
    throw new IslesError(
      "MALFORMED",
      `this image has version ${String(image.version)}; this build of Isles reads version ${VERSION}`,
    );
  }
  return image as ProcessImage;
}

/** Modules are named relative to the program's folder, so that it may lie elsewhere on another machine. */
export function relativeTo(program: string, url: string): string {
  const { folder } = addressesOf(program);
  return url.startsWith(folder) ? url.slice(folder.length) : url;
}

export function absoluteFrom(program: string, name: string): string {
  const { absolute } = addressesOf(program);
  let url = absolute.get(name);
  if (url === undefined) {
    // A function's name is as it is: in a URL, what is not ASCII would be written otherwise.
    const at = name.indexOf("#");
    url = at < 0 ? new URL(name, program).href : new URL(name.slice(0, at), program).href + name.slice(at);
    if (absolute.size < MAX_ADDRESSES) absolute.set(name, url);
  }
  return url;
}

/** A program has fewer functions than that; images that are made up may name more. */
const MAX_ADDRESSES = 1_000;

interface Addresses {
  readonly program: string;
  readonly folder: string;
  readonly absolute: Map<string, string>;
}

/** Of the program that was asked for last, which is as a rule the only one: to take a URL apart takes microseconds. */
let last: Addresses | undefined;

function addressesOf(program: string): Addresses {
  if (last?.program !== program) last = { program, folder: new URL(".", program).href, absolute: new Map() };
  return last;
}
