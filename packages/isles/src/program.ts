import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UsageError } from "@isles/base";
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
  if (!/\.m?ts$/.test(new URL(url).pathname)) return (await import(url)) as Record<string, unknown>;
  // For all imports of this thread from now on, rather than for this one alone: a program that was loaded apart from the rest
  // would get a second copy of isles, whose classes are not ours.
  const { register } = await import("tsx/esm/api");
  register();
  return (await import(url)) as Record<string, unknown>;
}

export function exportedFunctions(module: Record<string, unknown>, url: string): Map<string, ProgramFunction> {
  const functions = new Map<string, ProgramFunction>();
  for (const [name, value] of Object.entries(module)) {
    if (typeof value === "function" && !isClass(value)) functions.set(name, value as ProgramFunction);
  }
  if (functions.size === 0)
    throw new UsageError("EMPTY_PROGRAM", `${url} exports no function; a program is a module of exported functions`);
  return functions;
}

/** A class cannot be called, so a site cannot run it. */
function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

export function noSuchFunction(name: string, functions: readonly string[]): UsageError {
  return new UsageError(
    "NO_SUCH_FUNCTION",
    `the program exports no function ${JSON.stringify(name)}; it exports ${functions.join(", ")}`,
  );
}
