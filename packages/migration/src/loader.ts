import type { LoadFnOutput, ResolveFnOutput } from "node:module";
import * as nodeModule from "node:module";
import { Realm } from "./frames/realm.ts";

export interface LoadProgramOptions {
  /** How TypeScript is stripped: `register` of "tsx/esm/api". Passed in, so that plain JavaScript needs no tsx. */
  readonly tsx?: (options: { readonly namespace: string }) => {
    import(specifier: string, parent: string): Promise<unknown>;
  };
}

type Context = { parentURL?: string | undefined };

/** Hooks on the thread itself, as newer Nodes have them. */
interface SynchronousHooks {
  resolve(
    specifier: string,
    context: Context,
    next: (specifier: string, context: Context) => ResolveFnOutput,
  ): ResolveFnOutput;
  load(url: string, context: object, next: (url: string, context: object) => LoadFnOutput): LoadFnOutput;
}

/**
 * Puts the transform into this thread's module loader, for everything that it imports from now on. Once per thread, and
 * after any other loader: it has to see what they made.
 */
export async function registerTransform(): Promise<void> {
  const runtime = new URL("./runtime.js", import.meta.url).href;
  const { registerHooks } = nodeModule as { registerHooks?: (hooks: SynchronousHooks) => unknown };
  if (registerHooks === undefined) {
    nodeModule.register(new URL("./hooks.js", import.meta.url), { data: runtime });
    return;
  }
  // Where Node has them, tsx uses them too, and they come before those that register() installs.
  const { ModuleTransform } = await import("./module-transform.ts"); // with a parser, so only where it is needed
  const transform = new ModuleTransform();
  transform.runtime = runtime;
  registerHooks({
    resolve: (specifier, context, next) =>
      transform.ownModule(specifier) ??
      transform.resolved(specifier, context, next(specifier, transform.context(specifier, context))),
    load: (url, context, next) => transform.loaded(url, next(url, context)),
  });
}

/**
 * Imports a program through the transform: once per thread, before anything else there imports it. Stack traces show
 * the program's own lines if the thread runs with source maps enabled.
 */
export async function loadProgram(url: string, options: LoadProgramOptions = {}): Promise<Record<string, unknown>> {
  const typescript = options.tsx?.({ namespace: "isles" });
  await registerTransform();
  const program = typescript === undefined ? import(url) : typescript.import(url, import.meta.url);
  void Realm.here.intrinsics; // now, and not while the first process waits to move
  return (await program) as Record<string, unknown>;
}
