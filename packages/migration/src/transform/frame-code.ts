import type { Builder } from "./builder.ts";
import { analyzeLiveness, type Liveness, leaves } from "./liveness.ts";
import { type Block, isPieces, type Label, type Operation, type Piece, type Region } from "./pieces.ts";
import type { Variable } from "./variables.ts";

/** A process as the class of its frames. */
export interface FrameCode {
  readonly piece: Piece;
  /** By slot, what the program calls it. */
  readonly slots: ReadonlyMap<string, string>;
  /** By program counter, the slots that matter there. */
  readonly kept: ReadonlyMap<number, readonly string[]>;
}

/** Prints the blocks of a process as the `step` of a class. */
export class FramePrinter {
  readonly #blocks: readonly Block[];
  readonly #liveness: Liveness;
  readonly #usesHandlers: boolean;
  /** Blocks that are entered other than from above. */
  readonly #entered = new Set<Block>();

  constructor(builder: Builder) {
    this.#blocks = reachable(builder.blocks);
    this.#usesHandlers = builder.usesHandlers;
    this.#number();
    this.#liveness = analyzeLiveness(this.#blocks);
  }

  /** @param passed what the constructor is given: the slots' variables, by its parameters */
  print(name: string, at: number, passed: readonly Variable[], locals: readonly Variable[]): FrameCode {
    const kept = new Map<number, string[]>();
    const slots = new Map<string, string>();
    for (const block of this.#blocks) {
      if (block.entry !== "resume" && block.pc !== 0) continue;
      const variables = [...this.#liveness.kept(block)];
      kept.set(
        block.pc,
        variables.map((variable) => variable.slot),
      );
      for (const variable of variables) slots.set(variable.slot, shown(variable));
    }
    const given = new Map(passed.map((variable) => [variable.slot, variable.id]));
    const fields = [...slots.keys()].map((slot) => `this.${slot} = ${given.get(slot) ?? "undefined"};`);
    const parameters = passed.map((variable) => variable.id).join(", ");
    // What is in no line of the program stands for the function's own.
    const mark: Piece = { kind: "slice", start: at, end: at };
    const piece: Piece = [
      mark,
      `class ${name} extends $isles.Frame {\n`,
      `constructor(${parameters}) { super(); ${fields.join(" ")} }\n`,
      mark,
      NEXT,
      "step($$mode, $$value) {\n",
      this.#prologue(locals),
      this.#body(),
      "}\n}",
    ];
    return { piece, slots, kept };
  }

  #number(): void {
    this.#entered.add(this.#blocks[0]!);
    for (const block of this.#blocks) {
      if (block.entry !== "flow") this.#entered.add(block);
      for (const operation of block.operations) {
        if (operation.kind === "jump") this.#entered.add(operation.target.block!);
        for (const leaf of leaves(operation)) if (leaf.kind === "jump") this.#entered.add(leaf.target.block!);
      }
    }
    let pc = 0;
    for (const block of this.#blocks) if (this.#entered.has(block)) block.pc = pc++;
  }

  #prologue(locals: readonly Variable[]): string {
    const names = ["$$pc = this.pc", ...locals.map((variable) => variable.id)];
    if (this.#usesHandlers) names.push("$$handler = 0", "$$error");
    return `let ${names.join(", ")};\nthis.pc = -1;\n`;
  }

  #body(): Piece {
    const cases = this.#blocks.map((block, index) => this.#block(block, this.#blocks[index + 1]));
    const dispatch: Piece = ["switch ($$pc) {\n", cases, "}\n"];
    if (!this.#usesHandlers) return ["$$loop: for (;;) ", dispatch];
    return [
      "$$loop: for (;;) try { ",
      dispatch,
      "} catch ($$thrown) { if ($$handler === 0) throw $$thrown; $$error = $$thrown; $$pc = $$handler; }\n",
    ];
  }

  #block(block: Block, next: Block | undefined): Piece {
    const pieces: Piece[] = [];
    if (this.#entered.has(block)) pieces.push(`case ${block.pc}:\n`);
    if (this.#usesHandlers && block.entry !== "flow") pieces.push(`$$handler = ${handlerOf(block.region)};\n`);
    if (block.entry === "resume" || block.pc === 0) {
      for (const variable of this.#liveness.loaded(block)) pieces.push(`${variable.id} = this.${variable.slot};\n`);
    }
    for (const operation of block.operations) pieces.push(this.#operation(operation, block));
    if (this.#usesHandlers && block.falls && next !== undefined && next.region !== block.region) {
      pieces.push(`$$handler = ${handlerOf(next.region)};\n`);
    }
    return pieces;
  }

  #operation(operation: Operation, block: Block): Piece {
    switch (operation.kind) {
      case "code":
        return this.#resolved(operation.piece, block);
      case "assign": {
        const { variable, at } = operation;
        return [{ kind: "use", variable, access: "write", at }, " = ", this.#resolved(operation.value, block), ";\n"];
      }
      case "fresh":
        return "";
      case "jump":
        return [this.#jump(operation.target, block), "\n"];
      case "suspend": {
        const { resume, how } = operation;
        const spills = this.#liveness.spilled(block, resume).map((one) => ` this.${one.slot} = ${one.id};`);
        const mark: Piece = { kind: "slice", start: operation.at, end: operation.at };
        const leave =
          how === "yield" ? "return { value: $$value, done: false };" : "return $isles.delegate(this, $$value);";
        const value: Piece = ["$$value = ", this.#resolved(operation.value, block), ";"];
        return [mark, value, ` this.pc = ${resume.pc};`, ...spills, " ", mark, leave, "\n"];
      }
      default:
        return operation satisfies never;
    }
  }

  /** A piece with its jumps as text. */
  #resolved(piece: Piece, block: Block): Piece {
    if (typeof piece === "string") return piece;
    if (isPieces(piece)) return piece.map((part) => this.#resolved(part, block));
    if (piece.kind === "jump") return this.#jump(piece.target, block);
    if (piece.kind === "guard") return `$$handler = ${handlerOf(piece.region)}; `;
    return piece;
  }

  #jump(target: Label, from: Block): string {
    const block = target.block!;
    const guard = this.#usesHandlers && block.region !== from.region ? `$$handler = ${handlerOf(block.region)}; ` : "";
    return `{ ${guard}$$pc = ${block.pc}; continue $$loop; }`;
  }
}

/** Blocks that something leads to, by a first look; the others are not worth their text. */
function reachable(blocks: readonly Block[]): Block[] {
  const following = new Map(blocks.map((block, index) => [block, blocks[index + 1]]));
  const found = new Set<Block>();
  const left: Block[] = [blocks[0]!];
  const add = (region: Region | null) => region !== null && left.push(region.handler.block!);
  for (let block = left.pop(); block !== undefined; block = left.pop()) {
    if (found.has(block)) continue;
    found.add(block);
    add(block.region);
    const next = following.get(block);
    if (block.falls && next !== undefined) left.push(next);
    for (const operation of block.operations) {
      if (operation.kind === "jump") left.push(operation.target.block!);
      if (operation.kind === "suspend") left.push(operation.resume);
      for (const leaf of leaves(operation)) {
        if (leaf.kind === "jump") left.push(leaf.target.block!);
        else if (leaf.kind === "guard") add(leaf.region);
      }
    }
  }
  return blocks.filter((block) => found.has(block));
}

/** Each class has its own: the engine compiles it for that class alone, with the step inside. */
const NEXT = `next($$value) {
if (this.child !== null || this.owner !== null || this.pc < 0) return $isles.drive(this, 0, $$value);
let $$result;
try { $$result = this.step(0, $$value); } catch ($$thrown) { this.pc = -2; throw $$thrown; }
return $$result === $isles.DELEGATED ? $isles.driveDelegate(this) : $$result;
}
`;

function handlerOf(region: Region | null): number {
  return region === null ? 0 : region.handler.block!.pc;
}

function shown(variable: Variable): string {
  if (variable.kind === "temporary") return "";
  return variable.kind === "special" ? variable.name.replace("$$", "") : variable.name;
}
