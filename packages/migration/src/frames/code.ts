import type { Frame } from "./frame.ts";

/** What a compiled module says about itself. */
export interface ModuleCode {
  /** Its URL, without what loaders add. */
  readonly url: string;
  /** Its functions, classes and imports by name; a name that has no value yet throws. */
  names(): Readonly<Record<string, () => unknown>>;
}

/** A compiled function's place in the program. */
export interface CodeInfo {
  readonly module: ModuleCode;
  readonly id: string;
  /** Of its source: an image made by another one is refused. */
  readonly hash: string;
  /** `file:line:column` */
  readonly at: string;
}

export interface FrameCode extends CodeInfo {
  readonly type: new (...passed: never[]) => Frame;
  /** By slot, what the program calls it; "" for a temporary. */
  readonly slots: Readonly<Record<string, string>>;
  /** By program counter, the slots whose values matter there. */
  readonly kept: Readonly<Record<string, readonly string[]>>;
}

export interface ClosureCode extends CodeInfo {
  /** Makes one, which knows what it was made of. */
  readonly made: (...captures: unknown[]) => object;
}

/** A closure that a process made. */
export interface ClosureInfo {
  readonly code: ClosureCode;
  readonly captures: readonly unknown[];
}

/** How images name a function of a program. */
export function keyOf(code: CodeInfo): string {
  return `${code.module.url}#${code.id}`;
}
