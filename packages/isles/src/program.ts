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
    const hint = path.endsWith(".js") ? "; if it is written in TypeScript, compile it first" : "";
    throw new UsageError("NO_PROGRAM", `there is no program at ${path}${hint}`);
  }
  return url.href;
}

/** Imports a program. TypeScript sources load where Node strips types itself (22.18 and later). */
export async function loadProgram(url: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
      throw new UsageError(
        "NO_TYPESCRIPT",
        `${url} is TypeScript, which Node ${process.versions.node} does not load; compile it, or use Node 22.18 or later`,
        { cause },
      );
    }
    throw cause;
  }
}

export function exportedFunctions(module: Record<string, unknown>, url: string): Map<string, ProgramFunction> {
  const functions = new Map<string, ProgramFunction>();
  for (const [name, value] of Object.entries(module)) {
    if (typeof value === "function") functions.set(name, value as ProgramFunction);
  }
  if (functions.size === 0) throw new UsageError("EMPTY_PROGRAM", `${url} exports no function; a program is a module of exported functions`);
  return functions;
}
