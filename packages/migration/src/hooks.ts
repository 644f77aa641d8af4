/** Node's asynchronous module hooks: loaded by `module.register` on a thread of their own. Not for people. */
import type { InitializeHook, LoadHook, ResolveHook } from "node:module";
import { ModuleTransform } from "./module-transform.ts";

// Node calls these functions by name and gives them no object to keep on what they have seen.
const transform = new ModuleTransform();

export const initialize: InitializeHook<string> = (runtime) => {
  transform.runtime = runtime;
};

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const own = transform.ownModule(specifier);
  if (own !== undefined) return own;
  return transform.resolved(specifier, context, await nextResolve(specifier, transform.context(specifier, context)));
};

export const load: LoadHook = async (url, context, nextLoad) => transform.loaded(url, await nextLoad(url, context));
