import type { Variable } from "./variables.ts";

/** Code under construction: text, stretches of the program's own text, and what the flow analysis must see. */
export type Piece = string | Slice | Use | Jump | Guard | readonly Piece[];

/** The program's own text, as it is. */
export interface Slice {
  readonly kind: "slice";
  readonly start: number;
  readonly end: number;
}

/** A local of the process, read or written (or both); `at` is its place in the source, -1 if it has none. */
export interface Use {
  readonly kind: "use";
  readonly variable: Variable;
  readonly access: "read" | "write" | "both";
  readonly at: number;
}

/** Goes on at a label, from wherever it stands in the block. */
export interface Jump {
  readonly kind: "jump";
  readonly target: Label;
}

/** From here on, exceptions go to this region's handler: printed as its program counter, 0 for none. */
export interface Guard {
  readonly kind: "guard";
  readonly region: Region | null;
}

/** A place to jump to. */
export class Label {
  block: Block | null = null;
}

/** A part of a process in which an exception goes to a handler; `null` outside of all of them. */
export interface Region {
  readonly handler: Label;
}

export type Operation =
  /** `defines` are written for certain; `inner` belong to blocks inside and mean nothing outside. */
  | {
      readonly kind: "code";
      readonly piece: Piece;
      readonly defines?: readonly Variable[];
      readonly inner?: readonly Variable[];
    }
  /** A block begins: whatever its locals held before is gone. */
  | { readonly kind: "fresh"; readonly variables: readonly Variable[] }
  /** The only write that ends a variable's former value for certain. */
  | { readonly kind: "assign"; readonly variable: Variable; readonly value: Piece; readonly at: number }
  | { readonly kind: "jump"; readonly target: Label }
  | {
      readonly kind: "suspend";
      readonly how: "yield" | "delegate";
      readonly value: Piece;
      readonly resume: Block;
      readonly at: number;
    };

/** A stretch of code that is entered at its head; it goes on with the next one, unless it ends with a jump. */
export class Block {
  readonly operations: Operation[] = [];
  readonly region: Region | null;
  /** How it is entered: by a jump or from above, by an exception, or when a suspended process goes on. */
  readonly entry: "flow" | "handler" | "resume";
  /** Its program counter; set when it is printed. */
  pc = -1;

  constructor(region: Region | null, entry: Block["entry"]) {
    this.region = region;
    this.entry = entry;
  }

  get falls(): boolean {
    const last = this.operations.at(-1);
    return last === undefined || (last.kind !== "jump" && last.kind !== "suspend");
  }
}

export function read(variable: Variable, at = -1): Use {
  return { kind: "use", variable, access: "read", at };
}

export function written(variable: Variable, at = -1): Use {
  return { kind: "use", variable, access: "write", at };
}

export function isPieces(piece: Piece): piece is readonly Piece[] {
  return Array.isArray(piece);
}
