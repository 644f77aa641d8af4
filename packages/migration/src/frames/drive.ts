import type { Frame } from "./frame.ts";
import { DELEGATED, DONE, type Mode, NEXT, RETURN, RUNNING, START, THROW } from "./modes.ts";

type Result = IteratorResult<unknown, unknown>;

/**
 * Goes on with a generator. `yield*` makes a chain of frames; the innermost is stepped directly, however deep it is, and
 * what it returns or throws goes to its owner.
 */
export function drive(root: Frame, mode: Mode, value: unknown): Result {
  if (root.pc === RUNNING || isBusy(root)) throw new TypeError("Generator is already running");
  if (root.pc === START && mode !== NEXT) root.pc = DONE;
  if (root.pc === DONE) return ended(mode, value);
  // Somebody else goes on with a frame in the middle of a chain: what its owners know of the innermost is void.
  if (root.owner !== null) outermost(root).top = null;
  return run(root, innermost(root), mode, value);
}

/** Goes on after a step of `root` has delegated. */
export function driveDelegate(root: Frame): Result {
  return run(root, innermost(root.child!), NEXT, undefined);
}

function run(root: Frame, first: Frame, firstMode: Mode, firstValue: unknown): Result {
  let frame = first;
  let mode = firstMode;
  let value = firstValue;
  /** The innermost of the frames that were called with `return`: when it ends, so does its owner, in the same way. */
  let returning = mode === RETURN ? frame : null;
  root.isBusy = true;
  try {
    for (;;) {
      let result: Result;
      try {
        result = frame.pc === DONE ? ended(mode, value) : stepOf(frame, mode, value);
      } catch (error) {
        frame.pc = DONE;
        if (frame === root) throw error;
        const owner = detach(frame);
        if (returning === frame) returning = owner;
        frame = owner;
        mode = THROW;
        value = error;
        continue;
      }
      if (result === DELEGATED) {
        frame = innermost(frame.child!);
        mode = NEXT;
        value = undefined;
      } else if (frame.pc !== DONE || frame === root) {
        root.top = frame;
        return result;
      } else {
        const owner = detach(frame);
        mode = returning === frame ? RETURN : NEXT;
        if (returning === frame) returning = owner;
        value = result.value;
        frame = owner;
      }
    }
  } finally {
    root.isBusy = false;
  }
}

function stepOf(frame: Frame, mode: Mode, value: unknown): Result {
  if (frame.pc === RUNNING) throw new TypeError("Generator is already running");
  return frame.step(mode, value);
}

/** What a generator that has ended answers. */
function ended(mode: Mode, value: unknown): Result {
  if (mode === THROW) throw value;
  return { value: mode === RETURN ? value : undefined, done: true };
}

function detach(frame: Frame): Frame {
  const owner = frame.owner!;
  owner.child = null;
  frame.owner = null;
  frame.top = null;
  return owner;
}

function innermost(frame: Frame): Frame {
  let top = frame;
  if (frame.owner === null && frame.top !== null) top = frame.top;
  while (top.child !== null) top = top.child;
  return top;
}

function outermost(frame: Frame): Frame {
  let root = frame;
  while (root.owner !== null) root = root.owner;
  return root;
}

function isBusy(frame: Frame): boolean {
  for (let at: Frame | null = frame; at !== null; at = at.owner) if (at.isBusy) return true;
  return false;
}
