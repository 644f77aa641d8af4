import type { LoadFnOutput, ResolveFnOutput } from "node:module";
import { transformProgram, withInlineMap } from "./transform/transform-program.ts";

/**
 * Which modules are compiled: those that call `defineProcess`, and all that these reach by relative imports, since a
 * process may `yield*` to what they export. Packages are left alone, unless they define processes themselves.
 */
export class ModuleTransform {
  runtime = "";
  readonly #compiled = new Set<string>();

  /** The runtime that compiled modules import is this package's own file, whatever loaders there are. */
  ownModule(specifier: string): ResolveFnOutput | undefined {
    return specifier === this.runtime ? { url: specifier, format: "module", shortCircuit: true } : undefined;
  }

  /**
   * Loaders such as tsx load a program and all that it imports under a namespace, as instances of their own; but there
   * must be one Isles only, or what a program imports from it is not what its site is made of.
   */
  context<C extends { parentURL?: string | undefined }>(specifier: string, context: C): C {
    if (context.parentURL === undefined || !/^(isles|@isles\/[\w-]+)(\/|$)/.test(specifier)) return context;
    return { ...context, parentURL: plain(context.parentURL) };
  }

  resolved(specifier: string, context: { parentURL?: string | undefined }, result: ResolveFnOutput): ResolveFnOutput {
    const isRelative = /^\.{1,2}\//.test(specifier);
    if (isRelative && context.parentURL !== undefined && this.#compiled.has(plain(context.parentURL))) {
      this.#compiled.add(plain(result.url));
    }
    return result;
  }

  loaded(url: string, result: LoadFnOutput): LoadFnOutput {
    const { source } = result;
    if (result.format !== "module" || source == null || !url.startsWith("file:")) return result;
    const name = plain(url);
    const text = typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString("utf8");
    const isHelper = this.#compiled.has(name);
    const compiled = transformProgram(text, { url: name, isHelper, runtime: this.runtime });
    if (compiled === undefined) return result;
    this.#compiled.add(name);
    return { ...result, source: withInlineMap(compiled) };
  }
}

/** Without what loaders add to a URL. */
function plain(url: string): string {
  return url.replace(/[?#].*$/, "");
}
