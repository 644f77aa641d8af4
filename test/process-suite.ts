import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Prng } from "@isles/testkit";
import { delegated, type Injection, MAX_STEPS, traced } from "../packages/isles/test/programs/process-trace.mjs";
import { type Loaded, type Program, throughBytes, trace } from "../packages/migration/test/support/differential.ts";
import { writeProgram } from "../packages/migration/test/support/grammar.ts";
import { writeWildProgram } from "./process-grammar.ts";

/** What a program's variables outside its function hold is its site's own: it does not move, and other processes there change it. */
const OF_SITES = new Set(["classes/moduleState", "classes/methodsOfModule"]);

/** A program of the differential suite, as it is natively. */
export interface Case {
  readonly module: string;
  readonly name: string;
  readonly program: Program;
  /** It is pinned somewhere on its way, by this. */
  readonly stays: RegExp | undefined;
}

const folder = new URL("../packages/migration/test/programs/", import.meta.url);

/** The programs that migration's own tests compare. */
export async function handWritten(loaded: Loaded): Promise<Case[]> {
  const cases: Case[] = [];
  for (const file of readdirSync(folder).sort()) {
    const module = file.replace(/\.mjs$/, "");
    const { native } = await loaded.load(new URL(file, folder));
    for (const [name, program] of Object.entries(native.programs)) {
      if (!OF_SITES.has(`${module}/${name}`)) cases.push({ module, name, program, stays: native.stays[name] });
    }
  }
  return cases;
}

/** Random programs, written into a module that the sites can import: its path from `programs/`. Deleted with `loaded`. */
export class RandomPrograms implements Disposable {
  readonly path: string;
  readonly cases: Case[];
  readonly #folder: string;

  private constructor(folder: string, cases: Case[]) {
    this.#folder = folder;
    this.path = `../out/${basename(folder)}/random.mjs`;
    this.cases = cases;
  }

  /** `lists`: choices for migration's own grammar; `wild`: how many programs of the other one. */
  static async write(loaded: Loaded, lists: readonly (readonly number[])[], wild: number, prng: Prng) {
    const texts = lists.map((choices, index) => writeProgram(choices, `random${index}`));
    for (let index = 0; index < wild; index++) texts.push(writeWildProgram(prng, `wild${index}`));
    const text = texts.join("\n");
    const { native, compiled } = await loaded.loadText(text, "random");
    const out = fileURLToPath(new URL("../packages/isles/test/out/", import.meta.url));
    mkdirSync(out, { recursive: true });
    const folder = mkdtempSync(join(out, "random-"));
    writeFileSync(join(folder, "random.mjs"), text);
    const cases = Object.entries(native.programs).map(([name, program]) => {
      return { module: "random", name, program, stays: pinOf(compiled.programs[name]!) };
    });
    return new RandomPrograms(folder, cases);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What pins a random program somewhere on its way, such as a name hung on a Map. */
function pinOf(compiled: Program): RegExp | undefined {
  try {
    trace(compiled, undefined, throughBytes);
    return undefined;
  } catch (error) {
    if ((error as { code?: string }).code === "CANNOT_MIGRATE") return / hung on it$/;
    throw error;
  }
}

/** All that a test program can be run with: once plain, then with a throw and with a return at each of its steps. */
export function injectionsOf(program: Program): Injection[] {
  const steps = run(traced(program, undefined)).filter((line) => /^(yield|return|throw) /.test(line)).length;
  const ways = ["throw", "return"] as const;
  return [undefined, ...Array.from({ length: steps }, (_, at) => ways.map((how) => ({ at, how }))).flat()];
}

/** What a generator returns when nobody answers its yields; `most`: yields. Throws RangeError if it goes on after that. */
export function run<R>(generator: Generator<unknown, R>, most = Number.POSITIVE_INFINITY): R {
  for (let left = most; left > 0; left--) {
    const { done, value } = generator.next();
    if (done) return value;
  }
  throw new RangeError(`it goes on after ${most} steps`);
}

/** The program as a process itself: how that ends; undefined if it does not, or waits, for what a process waits for is another thing. */
export function ownRun(program: Program): string[] | undefined {
  const generator = delegated(program);
  for (let left = MAX_STEPS; left > 0; left--) {
    const { done, value } = generator.next();
    if (done) return value;
    if (typeof (value as { then?: unknown } | undefined | null)?.then === "function") return undefined;
  }
  return undefined;
}

/** Works through a list, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
