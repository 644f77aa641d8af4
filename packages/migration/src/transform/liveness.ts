import type { Block, Operation, Piece, Region } from "./pieces.ts";
import { isPieces } from "./pieces.ts";
import type { Variable } from "./variables.ts";

/** What a frame has to keep where its process is suspended, and what a step has to carry between frame and locals. */
export interface Liveness {
  /** Variables whose value matters after a point of suspension: what moves. */
  kept(resume: Block): ReadonlySet<Variable>;
  /** Of those, what is read before the next suspension. */
  loaded(resume: Block): ReadonlySet<Variable>;
  /** What a suspension at the end of `block` has to store: what is kept and may have changed. */
  spilled(block: Block, resume: Block): Variable[];
}

type Sets = Map<Block, Set<Variable>>;

/** Backward for what is used, forward for what has changed; textbook data flow over sets. */
export function analyzeLiveness(blocks: readonly Block[]): Liveness {
  const kept = backward(blocks, (_block, _resume, live) => live);
  const changed = forward(blocks);
  const spilled = (block: Block, resume: Block) => {
    const live = kept.get(resume)!;
    return [...changed.get(block)!].filter((variable) => live.has(variable));
  };
  const loaded = backward(blocks, (block, resume) => new Set(spilled(block, resume)));
  return { kept: (resume) => kept.get(resume)!, loaded: (resume) => loaded.get(resume)!, spilled };
}

type AtSuspension = (block: Block, resume: Block, live: Set<Variable>) => Iterable<Variable>;

function backward(blocks: readonly Block[], atSuspension: AtSuspension): Sets {
  const sets: Sets = new Map(blocks.map((block) => [block, new Set<Variable>()]));
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (let i = blocks.length - 1; i >= 0; i--) {
      const block = blocks[i]!;
      const next = blocks[i + 1];
      const live = new Set<Variable>(block.falls && next !== undefined ? sets.get(next) : []);
      const handler = handlerOf(block.region, sets);
      for (let j = block.operations.length - 1; j >= 0; j--) {
        const operation = block.operations[j]!;
        if (operation.kind === "suspend") {
          live.clear();
          addAll(live, atSuspension(block, operation.resume, sets.get(operation.resume)!));
        } else if (operation.kind === "jump") {
          live.clear();
          addAll(live, sets.get(operation.target.block!)!);
        } else remove(live, operation);
        addUses(operation, live, sets);
        if (operation.kind === "code") for (const variable of operation.inner ?? []) live.delete(variable);
      }
      addAll(live, handler);
      const before = sets.get(block)!;
      if (live.size === before.size) continue;
      sets.set(block, live); // the sets only grow, so equal sizes are equal sets
      hasChanged = true;
    }
  }
  return sets;
}

/** What an operation sets for certain does not matter before it. */
function remove(live: Set<Variable>, operation: Operation): void {
  if (operation.kind === "assign") live.delete(operation.variable);
  else if (operation.kind === "fresh") for (const variable of operation.variables) live.delete(variable);
  else if (operation.kind === "code") for (const variable of operation.defines ?? []) live.delete(variable);
}

function handlerOf(region: Region | null, sets: Sets): Iterable<Variable> {
  return region === null ? [] : sets.get(region.handler.block!)!;
}

function addUses(operation: Operation, live: Set<Variable>, sets: Sets): void {
  for (const piece of leaves(operation)) {
    if (piece.kind === "use" && piece.access !== "write") live.add(piece.variable);
    else if (piece.kind === "jump") addAll(live, sets.get(piece.target.block!)!);
    else if (piece.kind === "guard") addAll(live, handlerOf(piece.region, sets));
  }
}

/** What may have changed since the frame was last left, at the end of each block. */
function forward(blocks: readonly Block[]): Sets {
  const before: Sets = new Map(blocks.map((block) => [block, new Set<Variable>()]));
  const after: Sets = new Map(blocks.map((block) => [block, new Set<Variable>()]));
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    blocks.forEach((block, index) => {
      const out = after.get(block)!;
      const size = out.size;
      addAll(out, before.get(block)!);
      for (const operation of block.operations) {
        if (operation.kind === "assign") out.add(operation.variable);
        for (const piece of leaves(operation)) {
          if (piece.kind === "use" && piece.access !== "read") out.add(piece.variable);
        }
      }
      if (out.size !== size) hasChanged = true;
      for (const successor of successorsOf(block, blocks[index + 1])) {
        const into = before.get(successor)!;
        const known = into.size;
        addAll(into, out);
        if (into.size !== known) hasChanged = true;
      }
    });
  }
  return after;
}

function successorsOf(block: Block, next: Block | undefined): Block[] {
  const successors: Block[] = [];
  if (block.falls && next !== undefined) successors.push(next);
  if (block.region !== null) successors.push(block.region.handler.block!);
  for (const operation of block.operations) {
    if (operation.kind === "jump") successors.push(operation.target.block!);
    for (const piece of leaves(operation)) {
      if (piece.kind === "jump") successors.push(piece.target.block!);
      else if (piece.kind === "guard" && piece.region !== null) successors.push(piece.region.handler.block!);
    }
  }
  return successors;
}

type Leaf = Exclude<Piece, string | readonly Piece[]>;

export function* leaves(operation: Operation): Generator<Leaf> {
  if (operation.kind === "jump" || operation.kind === "fresh") return;
  yield* leavesOf(operation.kind === "code" ? operation.piece : operation.value);
}

export function* leavesOf(piece: Piece): Generator<Leaf> {
  if (typeof piece === "string") return;
  if (isPieces(piece)) for (const part of piece) yield* leavesOf(part);
  else yield piece;
}

function addAll(set: Set<Variable>, more: Iterable<Variable>): void {
  for (const variable of more) set.add(variable);
}
