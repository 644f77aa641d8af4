import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { capture, imageFromBytes, imageToBytes, revive } from "@isles/migration";
import { transformProgram } from "@isles/migration/transform";

/** What a test program is given: writes down its arguments, and returns how many there were. */
export type Log = (...values: unknown[]) => unknown;
export type Program = (log: Log) => Iterator<unknown, unknown, unknown>;
export type Programs = Record<string, Program>;
export interface Module {
  readonly programs: Programs;
  /** Programs that are pinned somewhere on their way, and by what. */
  readonly stays: Readonly<Record<string, RegExp>>;
}

/** What is done to a program instead of its `at`-th `next`. */
export interface Injection {
  readonly at: number;
  readonly how: "throw" | "return";
}

type Move = (process: Iterator<unknown, unknown, unknown>, log: Log) => Iterator<unknown, unknown, unknown>;

const MAX_STEPS = 40;

/** Everything that can be seen of one run, in order. */
export function trace(program: Program, injection?: Injection, move: Move = (process) => process): string[] {
  const seen: string[] = [];
  const log: Log = (...values) => {
    seen.push(`log ${values.map(shown).join(", ")}`);
    return values.length;
  };
  let process: Iterator<unknown, unknown, unknown>;
  try {
    process = program(log);
  } catch (error) {
    return [...seen, `throws when called: ${shown(error)}`];
  }
  for (let step = 0, ends = 0; step < MAX_STEPS && ends < 2; step++) {
    try {
      process = move(process, log);
      const result = stepOf(process, step, injection);
      seen.push(`${result.done ? "return" : "yield"} ${shown(result.value)}`);
      if (result.done) ends++;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "CANNOT_MIGRATE") throw error;
      seen.push(`throw ${shown(error)}`);
      ends++;
    }
  }
  return seen;
}

function stepOf(process: Iterator<unknown, unknown, unknown>, step: number, injection: Injection | undefined) {
  if (injection?.at === step)
    return injection.how === "throw" ? process.throw!(new Error("injected")) : process.return!("returned");
  return step === 0 ? process.next() : process.next(step * 10);
}

function shown(value: unknown): string {
  // The engine words some errors by what it sees in its own code.
  if (value instanceof TypeError || value instanceof ReferenceError) return value.name;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY });
}

/** To bytes and back: nothing of the old process is used again. */
export const throughBytes: Move = (process, log) => {
  const image = capture(process, { here: new Map<unknown, string>([[log, "log"]]) });
  return revive(imageFromBytes(imageToBytes(image)), { here: new Map<string, unknown>([["log", log]]) });
};

/** The same run natively, compiled, and moved at every yield; undefined if all are the same, or else the difference. */
export function difference(native: Program, compiled: Program, injection?: Injection, stays = false) {
  const expected = trace(native, injection);
  const plain = trace(compiled, injection);
  if (!isSame(expected, plain)) return { what: "compiled", injection, expected, actual: plain };
  if (stays) return undefined;
  const moved = trace(compiled, injection, throughBytes);
  if (!isSame(expected, moved)) return { what: "moved", injection, expected, actual: moved };
  return undefined;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}

/** Every injection that a native run has a place for. */
export function injections(native: Program): Injection[] {
  const steps = trace(native).filter((line) => /^(yield|return|throw) /.test(line)).length;
  return Array.from({ length: Math.min(steps, MAX_STEPS) }, (_, at) => [
    { at, how: "throw" } as const,
    { at, how: "return" } as const,
  ]).flat();
}

function moduleOf(module: object): Module {
  const { stays = {}, ...programs } = module as Programs & { stays?: Record<string, RegExp> };
  return { programs, stays };
}

/** Loads modules natively and compiled, from a folder that lives as long as this. */
export class Loaded implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "isles-programs-"));
  #count = 0;

  constructor() {
    mkdirSync(join(this.#folder, "dist")); // what lies in a folder of that name is loaded by Node itself
  }

  /** The module's programs, natively and compiled. */
  async load(file: URL): Promise<{ native: Module; compiled: Module; code: string }> {
    return this.loadText(readFileSync(file, "utf8"), fileURLToPath(file));
  }

  async loadText(text: string, name: string): Promise<{ native: Module; compiled: Module; code: string }> {
    const base = join(this.#folder, "dist", `${++this.#count}-${name.replace(/^.*\//, "").replace(/\.\w+$/, "")}`);
    const url = pathToFileURL(`${base}.mjs`).href;
    const compiled = transformProgram(text, { url, isHelper: true });
    if (compiled === undefined) throw new Error(`${name} has nothing to compile`);
    if (compiled.left.length > 0) throw new Error(`${name} leaves ${JSON.stringify(compiled.left)}`);
    writeFileSync(`${base}.native.mjs`, text);
    writeFileSync(`${base}.mjs`, compiled.code);
    return {
      native: moduleOf((await import(/* @vite-ignore */ pathToFileURL(`${base}.native.mjs`).href)) as object),
      compiled: moduleOf((await import(/* @vite-ignore */ url)) as object),
      code: compiled.code,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
