import { IslesError } from "@isles/base";
import type { ReferenceCodec } from "@isles/wire";
import { MigrationError } from "../errors.ts";
import type { CodeInfo } from "./code.ts";
import { type CollectionCursor, IteratorCursor } from "./cursors.ts";
import { fill } from "./fill.ts";
import type { Frame } from "./frame.ts";
import { absoluteFrom, checkImage, type Encoded, type ImageNode, isRef, type ProcessImage } from "./image.ts";
import { Realm } from "./realm.ts";
import { shellOf } from "./shells.ts";
import { StreamReader } from "./value-stream.ts";

export interface ReviveOptions {
  readonly references?: ReferenceCodec;
  /** By name, what capture's `here` had: this site's own. */
  readonly here?: ReadonlyMap<string, unknown>;
  /** The program's URL here. Default: as it was where the image was made. */
  readonly program?: string;
}

/**
 * A process from its image, suspended where it was. The program's modules must be loaded here. Throws MigrationError
 * naming the function if this program's code is another one, and IslesError `MALFORMED` for what is no image.
 */
export function revive(image: ProcessImage, options: ReviveOptions = {}): Frame {
  return new Revival(checkImage(image), options).run();
}

type State = "shell" | "decoding" | "filled";

/** An instance whose class has yet to see its encoded form. */
interface Decoding {
  readonly index: number;
  readonly encoded: Encoded;
  readonly decode: (encoded: never) => unknown;
  /** Nodes that it leads to and that have not been looked at. */
  readonly left: number[];
  /** Those that have. */
  readonly seen: Set<number>;
}

/** Makes the objects of an image: first their shells, then what is in them. */
export class Revival {
  readonly options: ReviveOptions;
  readonly realm = Realm.here;
  readonly #image: ProcessImage;
  readonly #program: string;
  readonly #stream: StreamReader;
  /** By node, where its values begin in the stream. */
  readonly #starts: Float64Array;
  readonly #objects: unknown[] = [];
  readonly #hasObject: Uint8Array;
  readonly #states: State[] = [];
  /** Nodes all of which is whole, with everything that they lead to. */
  readonly #whole = new Set<number>();
  /** The last answer of {@link isFree}. */
  #asked: ImageNode | undefined;
  #isFree = false;

  constructor(image: ProcessImage, options: ReviveOptions) {
    this.#image = image;
    this.options = options;
    this.#program = options.program ?? image.program;
    const { nodes } = image;
    this.#hasObject = new Uint8Array(nodes.length);
    this.#starts = new Float64Array(nodes.length);
    let length = 0;
    for (let i = 0; i < nodes.length; i++) {
      this.#starts[i] = length;
      length += this.#lengthOf(nodes[i]!);
    }
    this.#stream = new StreamReader(image.stream, length, (what) => this.malformed(what));
  }

  /** How many values of a node are in the stream. */
  #lengthOf(node: ImageNode): number {
    if (node.t === "plain") return node.keys.length;
    if (node.t !== "run") return 0;
    if (!Number.isSafeInteger(node.length) || node.length < 0) throw this.malformed(`a list of ${node.length} values`);
    return node.length;
  }

  run(): Frame {
    const { nodes } = this.#image;
    for (let i = 0; i < nodes.length; i++) this.object(i);
    for (let i = 0; i < nodes.length; i++) this.#fill(i);
    for (const object of this.#objects) if (object instanceof IteratorCursor) object.next = object.iterator.next;
    nodes.forEach((node, index) => {
      if (node.t !== "cursor" || node.kind !== "collection") return;
      const cursor = this.#objects[index] as CollectionCursor;
      const position = node.fields[2] as number;
      if (position < 0) cursor.isDone = true;
      else cursor.moveTo(position);
    });
    return this.value(this.#image.root) as Frame;
  }

  /** What stands in a node: a primitive, or the object that a reference means, decoded but perhaps not yet filled. */
  value(encoded: Encoded): unknown {
    return isRef(encoded) ? this.#referred(encoded.r) : encoded;
  }

  /** What stands at that place of the stream. */
  streamed(at: number): unknown {
    const value = this.#stream.values[at];
    return this.#stream.isRef(at) ? this.#referred(value as number) : value;
  }

  #referred(index: number): unknown {
    if (this.node(index).t === "instance") this.#fill(index);
    return this.object(index);
  }

  /**
   * Whether objects of a kind, as yet without properties, take theirs by plain assignment, which is many times as fast:
   * nothing that they inherit is in the way.
   */
  isFree(node: ImageNode & { t: "plain" }, object: object): boolean {
    if (this.#asked !== node) {
      this.#asked = node;
      this.#isFree = !node.keys.some((key) => key in object);
    }
    return this.#isFree;
  }

  node(index: number): ImageNode {
    const node = this.#image.nodes[index];
    if (node === undefined) throw this.malformed(`a reference to node ${index}, which is not there`);
    return node;
  }

  /** The object of a node, or its shell; of an instance with a codec there is none before it is decoded. */
  object(index: number): unknown {
    if (this.#hasObject[index] !== 1) {
      this.#hasObject[index] = 1;
      this.#objects[index] = shellOf(this, this.node(index));
    }
    return this.#objects[index];
  }

  #fill(index: number): void {
    if (this.#states[index] === "filled") return;
    const node = this.node(index);
    if (node.t === "instance") return this.#decode(index);
    this.#states[index] = "filled";
    if (node.t !== "plain") this.#asked = undefined; // it may be what others inherit from
    fill(this, node, this.object(index), this.#starts[index]!);
  }

  /**
   * Everything that the encoded form leads to has to be whole before its class sees it: first the instances in there, and
   * without recursion, as these may be a long list.
   */
  #decode(index: number): void {
    const chain = [this.#startDecoding(index)];
    for (let last = chain.at(-1); last !== undefined; last = chain.at(-1)) {
      const next = last.left.pop();
      if (next === undefined) {
        this.#endDecoding(last);
        chain.pop();
        continue;
      }
      if (last.seen.has(next) || this.#whole.has(next)) continue;
      last.seen.add(next);
      if (this.node(next).t !== "instance") this.#addRefs(next, last.left);
      else if (this.#states[next] !== "filled") chain.push(this.#startDecoding(next));
    }
  }

  #startDecoding(index: number): Decoding {
    const { name, encoded } = this.node(index) as ImageNode & { t: "instance" };
    const decode = this.realm.classByName(name)?.codec.decode;
    if (decode === undefined) throw this.unknown(`registered class ${name}`);
    if (this.#states[index] === "decoding") {
      throw new MigrationError(name, "an instance whose encoded form contains itself cannot be decoded");
    }
    this.#states[index] = "decoding";
    return { index, encoded, decode, left: isRef(encoded) ? [encoded.r] : [], seen: new Set() };
  }

  #endDecoding({ index, encoded, decode, seen }: Decoding): void {
    for (const one of seen) {
      this.#fill(one);
      this.#whole.add(one); // or else many instances that lead to the same would all go there
    }
    this.#objects[index] = decode(this.value(encoded) as never);
    this.#hasObject[index] = 1; // something that is whole from the start may have needed it before its turn
    this.#states[index] = "filled";
  }

  /** The nodes that a node refers to. */
  #addRefs(index: number, refs: number[]): void {
    const node = this.node(index);
    if (node.t === "reference" || node.t === "list") return;
    const start = this.#starts[index]!;
    for (let at = start; at < start + this.#lengthOf(node); at++) {
      if (this.#stream.isRef(at)) refs.push(this.#stream.values[at] as number);
    }
    addRefsIn(node, refs);
  }

  /** The code that an image names, if it is the same code. */
  code<T extends CodeInfo>(name: string, hash: string, find: (key: string) => T | undefined): T {
    const code = find(this.absolute(name));
    if (code === undefined) throw this.unknown(`compiled function ${name.slice(name.lastIndexOf("#") + 1)} (${name})`);
    if (code.hash !== hash) {
      throw new MigrationError(
        code.at,
        `the function ${code.id} is not the one that this image was made with (${code.hash}, not ${hash}): load the program as it was then`,
      );
    }
    return code;
  }

  absolute(name: string): string {
    return absoluteFrom(this.#program, name);
  }

  unknown(what: string): MigrationError {
    return new MigrationError(
      this.#program,
      `the program here has no ${what}: load the same program before its processes`,
    );
  }

  malformed(what: string): IslesError {
    return new IslesError("MALFORMED", `an image of a process is malformed: it has ${what}`);
  }
}

function addRefsIn(value: unknown, refs: number[]): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  const { r } = value as { r?: unknown };
  if (typeof r === "number") refs.push(r);
  else for (const inner of Object.values(value)) addRefsIn(inner, refs);
}
