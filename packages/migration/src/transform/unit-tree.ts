import type * as acorn from "acorn";
import type { ModuleSource } from "./module-source.ts";
import { type ClassNode, childrenOf, type FunctionNode, isClass, isFunction, type Node } from "./nodes.ts";
import { Unit } from "./units.ts";

/** Which unit each node belongs to; a function's name and computed key belong to the unit around it. */
export class UnitTree {
  readonly module: Unit;
  /** All units, those outside before those inside. */
  readonly units: Unit[];
  readonly #source: ModuleSource;
  readonly #owners = new Map<Node, Unit>();
  readonly #units = new Map<Node, Unit>();
  readonly #ids = new Map<string, number>();

  constructor(source: ModuleSource) {
    this.#source = source;
    this.module = new Unit("module", source.tree, null, "");
    this.units = [this.module];
    this.#walk(source.tree, this.module);
  }

  /** The unit a node stands in; for a function or a class, the one around it. */
  ownerOf(node: Node): Unit {
    return this.#owners.get(node) ?? this.module;
  }

  /** The unit that a function, or a class in a process, is. */
  unitOf(node: Node): Unit | undefined {
    return this.#units.get(node);
  }

  #walk(root: Node, unit: Unit): void {
    const left: [Node, Unit][] = [[root, unit]];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [node, owner] = next;
      this.#owners.set(node, owner);
      const inner = this.#unitFor(node, owner);
      const children = childrenOf(node);
      for (let i = children.length - 1; i >= 0; i--) {
        const child = children[i]!;
        const isOutside = inner !== owner && node.type.endsWith("Declaration") && child === (node as FunctionNode).id;
        left.push([child, isOutside ? owner : inner]);
      }
    }
  }

  #unitFor(node: Node, owner: Unit): Unit {
    let kind: Unit["kind"] = "plain";
    if (isFunction(node)) {
      if (node.generator && !node.async) kind = "process";
    } else if (!isClass(node) || owner.kind !== "process") return owner;
    const unit = new Unit(kind, node, owner, this.#uniqueId(node, owner));
    this.units.push(unit);
    this.#units.set(node, unit);
    return unit;
  }

  #uniqueId(node: FunctionNode | ClassNode, owner: Unit): string {
    const { id: own } = node;
    const source = this.#source;
    const name =
      own?.name ?? inferredName(node, source) ?? methodName(node, source) ?? resultName(node, source) ?? "anonymous";
    const id = owner.id === "" ? name : `${owner.id}.${name}`;
    const count = (this.#ids.get(id) ?? 0) + 1;
    this.#ids.set(id, count);
    return count === 1 ? id : `${id}#${count}`;
  }
}

/** The name that the language gives to a function or class without one, from where it stands. */
export function inferredName(node: Node, source: ModuleSource): string | undefined {
  const parent = source.parentOf(node);
  switch (parent?.type) {
    case "VariableDeclarator":
      return parent.id.type === "Identifier" ? parent.id.name : undefined;
    case "AssignmentExpression":
      if (!["=", "||=", "&&=", "??="].includes(parent.operator)) return undefined;
      return parent.right === node && parent.left.type === "Identifier" ? parent.left.name : undefined;
    case "AssignmentPattern":
      return parent.right === node && parent.left.type === "Identifier" ? parent.left.name : undefined;
    case "Property":
      return parent.value === node && !parent.computed ? keyName(parent.key) : undefined;
    case "CallExpression":
      return keptName(parent, node);
    default:
      return undefined;
  }
}

/** The name that esbuild keeps where it has put its helper around a function: `__name(() => 1, "walk")`. */
function keptName({ callee, arguments: given }: acorn.CallExpression, node: Node): string | undefined {
  const [first, second] = given;
  if (callee.type !== "Identifier" || callee.name !== "__name" || first !== node) return undefined;
  return second?.type === "Literal" && typeof second.value === "string" ? second.value : undefined;
}

/** `walk` in `const walk = defineProcess(function* ...)` */
function resultName(node: Node, source: ModuleSource): string | undefined {
  const parent = source.parentOf(node);
  return parent?.type === "CallExpression" && parent.callee !== node ? inferredName(parent, source) : undefined;
}

function methodName(node: Node, source: ModuleSource): string | undefined {
  const parent = source.parentOf(node);
  if (parent?.type !== "MethodDefinition" && parent?.type !== "PropertyDefinition") return undefined;
  if (parent.computed) return undefined;
  const body = source.parentOf(parent);
  const type = body && source.parentOf(body);
  const className = type && isClass(type) ? (type.id?.name ?? inferredName(type, source)) : undefined;
  const name = keyName(parent.key);
  return className === undefined ? name : `${className}.${name}`;
}

export function keyName(key: Node): string | undefined {
  if (key.type === "Identifier") return key.name;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return key.type === "Literal" ? String(key.value) : undefined;
}
