import type * as acorn from "acorn";
import { childrenOf, type Node } from "./nodes.ts";

const NAME = "defineProcess";

/**
 * The calls of `defineProcess` in a module: by this name, as a property, or by another name that the module gives it, in an
 * import or a constant of its own.
 */
export class Definitions {
  readonly calls: readonly acorn.CallExpression[];
  readonly #names: ReadonlySet<string>;

  constructor(tree: acorn.Program) {
    this.#names = namesIn(tree);
    const calls: acorn.CallExpression[] = [];
    const left: Node[] = [tree];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (node.type === "CallExpression" && this.#isDefineProcess(node.callee)) calls.push(node);
      left.push(...childrenOf(node));
    }
    this.calls = calls;
  }

  #isDefineProcess(callee: Node): boolean {
    if (callee.type === "Identifier") return this.#names.has(callee.name);
    if (callee.type === "SequenceExpression") return this.#isDefineProcess(callee.expressions.at(-1)!); // (0, isles.defineProcess)(…)
    return isMember(callee);
  }
}

function isMember(node: Node | null | undefined): boolean {
  if (node?.type !== "MemberExpression") return false;
  return node.computed ? nameOf(node.property) === `"${NAME}"` : nameOf(node.property) === NAME;
}

/** What the module calls it at its top. */
function namesIn({ body }: acorn.Program): Set<string> {
  const names = new Set([NAME]);
  for (const statement of body) {
    if (statement.type === "ImportDeclaration") {
      for (const one of statement.specifiers) {
        if (one.type === "ImportSpecifier" && importedName(one) === NAME) names.add(one.local.name);
      }
      continue;
    }
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type === "Identifier" && (isMember(init) || (init?.type === "Identifier" && names.has(init.name))))
        names.add(id.name);
      if (id.type !== "ObjectPattern") continue;
      for (const one of id.properties) {
        const isOne = one.type === "Property" && !one.computed && nameOf(one.key) === NAME;
        if (isOne && one.value.type === "Identifier") names.add(one.value.name);
      }
    }
  }
  return names;
}

function importedName({ imported }: acorn.ImportSpecifier): string {
  return imported.type === "Identifier" ? imported.name : String(imported.value);
}

function nameOf(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "Literal" && typeof node.value === "string" ? `"${node.value}"` : undefined;
}
