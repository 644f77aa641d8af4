import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UsageError } from "@isles/base";
import { isProcess, loadProgram as loadCompiled, type ProcessFunction } from "@isles/migration";
import type { Site } from "./site.ts";

export type ProgramFunction = (site: Site, args: unknown) => unknown;

/** The module a program is, as a URL that every site can import. Throws UsageError if there is no such file. */
export function programUrl(program: URL | string): string {
  const isUrl = program instanceof URL || /^(file|data|node):/.test(program);
  const url = isUrl ? new URL(program) : pathToFileURL(isAbsolute(program) ? program : resolve(program));
  if (url.protocol !== "file:") return url.href;
  const path = fileURLToPath(url);
  if (!existsSync(path)) {
    const other = path.endsWith("ts") ? path.replace(/ts$/, "js") : path.replace(/js$/, "ts");
    const hint = other !== path && existsSync(other) ? `; did you mean ${other}, which is there?` : "";
    throw new UsageError("NO_PROGRAM", `there is no program at ${path}${hint}`);
  }
  return url.href;
}

/**
 * Imports a program. TypeScript sources are compiled as they load (by tsx), so that `using` and types work on every Node
 * that Isles runs on; a compiled program starts half a second sooner.
 */
export async function loadProgram(url: string): Promise<Record<string, unknown>> {
  const isTypeScript = /\.m?ts$/.test(new URL(url).pathname);
  if (definesProcesses(url)) {
    process.setSourceMapsEnabled(true); // or a process's errors would name lines of what it was compiled to
    return loadCompiled(url, isTypeScript ? { tsx: (await import("tsx/esm/api")).register } : {});
  }
  if (!isTypeScript) return (await import(url)) as Record<string, unknown>;
  // For all imports of this thread from now on, rather than for this one alone: a program that was loaded apart from the rest
  // would get a second copy of isles, whose classes are not ours.
  const { register } = await import("tsx/esm/api");
  register();
  return (await import(url)) as Record<string, unknown>;
}

/** What a program exports. */
export interface Exported {
  readonly functions: Map<string, ProgramFunction>;
  readonly processes: Map<string, ProcessFunction>;
}

export function exportsOf(module: Record<string, unknown>, url: string): Exported {
  const functions = new Map<string, ProgramFunction>();
  const processes = new Map<string, ProcessFunction>();
  for (const [name, value] of Object.entries(module)) {
    if (isProcess(value)) processes.set(name, value);
    else if (typeof value === "function" && !isClass(value)) functions.set(name, value as ProgramFunction);
  }
  if (functions.size + processes.size === 0)
    throw new UsageError("EMPTY_PROGRAM", `${url} exports no function; a program is a module of exported functions`);
  return { functions, processes };
}

/** Modules that are looked through for processes; a program has a few of its own, and the packages it uses are not among them. */
const MAX_MODULES = 1_000;

/**
 * Whether a program, or a module that it reaches by relative imports, may define processes: then it is compiled as it loads,
 * which takes a tenth of a second. A look at the text is enough: to be wrong costs that time and no more.
 */
function definesProcesses(url: string): boolean {
  const left = [url];
  const seen = new Set(left);
  for (let next = left.pop(); next !== undefined && seen.size < MAX_MODULES; next = left.pop()) {
    const text = sourceOf(next);
    if (/\bdefineProcess\b/.test(text)) return true;
    for (const [, specifier] of text.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g)) {
      const target = new URL(specifier!, next).href;
      if (seen.has(target)) continue;
      seen.add(target);
      left.push(target);
    }
  }
  return false;
}

function sourceOf(url: string): string {
  if (!url.startsWith("file:")) return "";
  const path = fileURLToPath(url.replace(/[?#].*$/, ""));
  const file = [path, path.replace(/js$/, "ts")].find((name) => existsSync(name)); // TypeScript may import x.ts as x.js
  return file === undefined || statSync(file).isDirectory() ? "" : readFileSync(file, "utf8");
}

/** A class cannot be called, so a site cannot run it. */
function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

export function noSuchFunction(
  name: string,
  functions: readonly string[],
  processes: readonly string[] = [],
): UsageError {
  if (processes.includes(name)) {
    return new UsageError("IS_A_PROCESS", `${name} is a process, which run() does not run; use cluster.spawn(${name})`);
  }
  return new UsageError(
    "NO_SUCH_FUNCTION",
    `the program exports no function ${JSON.stringify(name)}; it exports ${[...functions, ...processes].join(", ")}`,
  );
}
