import type * as acorn from "acorn";
import type { Analysis } from "./analysis.ts";
import type { Node } from "./nodes.ts";
import { Block, type Label, type Operation, type Piece, type Region, read, written } from "./pieces.ts";
import type { Rewriter } from "./rewriter.ts";
import type { Unit } from "./units.ts";
import type { Variable } from "./variables.ts";

/** Where control can leave to, or what it has to pass on its way out; innermost last. */
export type Context = TargetContext | CloseContext | FinallyContext;

/** A statement that `break` or `continue` can name, by its own node or its labels'. */
export interface TargetContext {
  readonly kind: "break" | "continue";
  readonly nodes: ReadonlySet<Node>;
  readonly target: Label;
}

/** A `for…of` or a pattern in progress: whoever leaves closes its iterator. */
export interface CloseContext {
  readonly kind: "close";
  readonly cursor: Variable;
  /** What an exception of the closing itself meets. */
  readonly region: Region | null;
}

/** A `try` with a `finally`: whoever leaves says where to, runs the block, and goes there. */
export interface FinallyContext {
  readonly kind: "finally";
  /** What comes after the block: 0 goes on below, -1 throws, others are exits. */
  readonly completion: Variable;
  readonly value: Variable;
  readonly entry: Label;
  readonly exits: Goal[];
}

export type Goal = { readonly kind: "return" } | { readonly kind: "target"; readonly context: TargetContext };

/** Writes the blocks of one process. */
export class Builder {
  readonly analysis: Analysis;
  readonly unit: Unit;
  readonly blocks: Block[] = [];
  readonly variables: Variable[] = [];
  contexts: Context[] = [];
  rewriter!: Rewriter;
  usesHandlers = false;
  #current: Block;
  #region: Region | null = null;

  constructor(analysis: Analysis, unit: Unit) {
    this.analysis = analysis;
    this.unit = unit;
    this.#current = this.#start("flow");
  }

  get region(): Region | null {
    return this.#region;
  }

  #start(entry: Block["entry"]): Block {
    const block = new Block(this.#region, entry);
    this.blocks.push(block);
    this.#current = block;
    return block;
  }

  #add(operation: Operation): void {
    this.#current.operations.push(operation);
  }

  /** A statement, or several. */
  code(...pieces: readonly Piece[]): void {
    this.#add({ kind: "code", piece: [...pieces, "\n"] });
  }

  /** Code that sets `defines` for certain. */
  define(defines: readonly Variable[], ...pieces: readonly Piece[]): void {
    this.#add({ kind: "code", piece: [...pieces, "\n"], defines });
  }

  /** A statement that keeps its own words, with the locals of its own blocks. */
  native(piece: Piece, inner: readonly Variable[]): void {
    this.#add({ kind: "code", piece: [piece, "\n"], inner });
  }

  fresh(variables: readonly Variable[]): void {
    if (variables.length > 0) this.#add({ kind: "fresh", variables });
  }

  assign(variable: Variable, value: Piece, at = -1): void {
    this.#add({ kind: "assign", variable, value, at });
  }

  jump(target: Label): void {
    this.#add({ kind: "jump", target });
    this.#start("flow"); // what follows is not reached, unless it has a label
  }

  /** What follows can be jumped to. */
  label(label: Label, entry: Block["entry"] = "flow"): void {
    label.block = this.#start(entry);
  }

  /** What follows is in another region. */
  inRegion<T>(region: Region | null, body: () => T): T {
    const before = this.#region;
    this.#region = region;
    if (region !== null) this.usesHandlers = true;
    this.#start("flow");
    const result = body();
    this.#region = before;
    this.#start("flow");
    return result;
  }

  inContexts<T>(contexts: readonly Context[], body: () => T): T {
    this.contexts.push(...contexts);
    const result = body();
    this.contexts.length -= contexts.length;
    return result;
  }

  temporary(): Variable {
    const variable = this.analysis.newVariable("$$t", this.unit, "temporary");
    this.variables.push(variable);
    return variable;
  }

  /** The value in a temporary, safe from whatever runs next. */
  keep(value: Piece): Piece {
    const variable = this.temporary();
    this.assign(variable, value);
    return read(variable);
  }

  /** Leaves the process and comes back; what it was resumed with is then in `$$value`. */
  suspend(how: "yield" | "delegate", value: Piece, node: acorn.YieldExpression): void {
    const before = this.#current;
    const resume = this.#start("resume");
    before.operations.push({ kind: "suspend", how, value, resume, at: node.start });
    this.#add({
      kind: "code",
      piece: ["if ($$mode !== 0) { if ($$mode === 1) throw $$value; ", this.leave({ kind: "return" }), " }\n"],
    });
  }

  /** Goes to a goal out of the contexts here; the value of a return is in `$$value`. */
  leave(goal: Goal): Piece {
    const pieces: Piece[] = [];
    for (let i = this.contexts.length - 1; i >= 0; i--) {
      const context = this.contexts[i]!;
      if (goal.kind === "target" && context === goal.context) break;
      if (context.kind === "close") {
        pieces.push({ kind: "guard", region: context.region }, read(context.cursor), ".close(); ");
      }
      if (context.kind !== "finally") continue;
      let exit = context.exits.findIndex((one) => isSameGoal(one, goal));
      if (exit < 0) exit = context.exits.push(goal) - 1;
      if (goal.kind === "return") pieces.push(written(context.value), " = $$value; ");
      pieces.push(written(context.completion), ` = ${exit + 1}; `, { kind: "jump", target: context.entry });
      return pieces;
    }
    if (goal.kind === "return") pieces.push("this.pc = -2; return { value: $$value, done: true };");
    else pieces.push({ kind: "jump", target: goal.context.target });
    return pieces;
  }

  /** The context that a `break` or `continue` goes to. */
  goalOf(kind: "break" | "continue", statement: Node): Goal | undefined {
    for (let i = this.contexts.length - 1; i >= 0; i--) {
      const context = this.contexts[i]!;
      if (context.kind === kind && context.nodes.has(statement)) return { kind: "target", context };
    }
    return undefined;
  }
}

function isSameGoal(a: Goal, b: Goal): boolean {
  if (a.kind === "return" || b.kind === "return") return a.kind === b.kind;
  return a.context === b.context;
}
