import { analyze, type Reference, type Scope, type Variable as ScopeVariable } from "eslint-scope";
import type { ModuleSource } from "./module-source.ts";
import type { Node } from "./nodes.ts";

export type { Reference, Scope, ScopeVariable };

/** What every name stands for. */
export class Scopes {
  readonly all: readonly Scope[];
  /** Names that no declaration in the module explains. */
  readonly unresolved: ReadonlySet<string>;
  readonly #byName = new Map<string, ScopeVariable[]>();

  constructor(source: ModuleSource) {
    const manager = analyze(source.tree as unknown as Parameters<typeof analyze>[0], {
      ecmaVersion: 2022,
      sourceType: "module",
    });
    this.all = manager.scopes;
    const unresolved = new Set<string>();
    for (const scope of this.all) {
      for (const variable of scope.variables) {
        if (isImplicit(variable)) continue;
        const known = this.#byName.get(variable.name);
        if (known === undefined) this.#byName.set(variable.name, [variable]);
        else known.push(variable);
      }
      for (const reference of scope.references) {
        if (reference.resolved === null) unresolved.add(reference.identifier.name);
      }
    }
    this.unresolved = unresolved;
  }

  /** Whether one function of the module has one variable of that name, and the module itself has none. */
  isAlone<T>(name: string, rootOf: (block: Node) => T, root: T): boolean {
    if (this.unresolved.has(name)) return false;
    const variables = this.#byName.get(name) ?? [];
    if (variables.some((one) => one.scope.type === "module" || one.scope.type === "global")) return false;
    return variables.filter((one) => rootOf(asNode(one.scope.block)) === root).length === 1;
  }

  /** Whether an identifier means a local of a function or a block, and not what the module calls so. */
  isShadowed(node: Node): boolean {
    for (const scope of this.all) {
      for (const { identifier, resolved } of scope.references) {
        if (asNode(identifier) === node) return resolved !== null && resolved.scope.type !== "module";
      }
    }
    return false;
  }

  has(name: string): boolean {
    return this.#byName.has(name) || this.unresolved.has(name);
  }
}

/** A function's `arguments`, which nobody declares. */
export function isImplicit(variable: ScopeVariable): boolean {
  return variable.name === "arguments" && variable.defs.length === 0;
}

/** eslint-scope's nodes are those that it was given. */
export function asNode(node: unknown): Node {
  return node as Node;
}
