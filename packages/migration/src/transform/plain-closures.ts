import type * as acorn from "acorn";
import type { ModuleSource } from "./module-source.ts";
import { type ClassNode, childrenOf, isFunction, isLoop, type Node } from "./nodes.ts";
import { superIn } from "./properties.ts";
import { contains, isInParameters } from "./refusals.ts";
import { asNode, isImplicit, type Scopes, type ScopeVariable } from "./scopes.ts";
import type { UnitTree } from "./unit-tree.ts";
import type { Unit } from "./units.ts";

/** A local of a plain function that a closure in it uses. */
export interface PlainLocal {
  readonly name: string;
  /** What a closure that was made again has in its place: a box. */
  readonly id: string;
  readonly home: Unit;
  /**
   * Where the cell is declared by which closures share it; null if closures only read it: a process is suspended when
   * plain functions have returned, so that what only they write has its last value.
   */
  readonly cellAt: Node | null;
  readonly cell: string;
}

/**
 * Closures that plain functions make, in a process or in a module beside one. Their text stays as it is; where one is
 * made, it is announced with what reads the locals that it uses (`locals()`), for the time when an image is made.
 */
export class PlainClosures {
  readonly #source: ModuleSource;
  readonly #tree: UnitTree;
  readonly #isLocalOfProcess: (node: Node) => boolean;
  readonly #captured = new Map<Unit, Set<PlainLocal>>();
  readonly #uses = new Map<Node, PlainLocal>();
  readonly #stays = new Set<Unit>();
  readonly #movable = new Map<Unit, boolean>();
  /** By block, the locals with cells there, and who uses them. */
  readonly #cells = new Map<Node, Map<PlainLocal, Unit[]>>();
  #count = 0;

  constructor(source: ModuleSource, tree: UnitTree, scopes: Scopes, isLocalOfProcess: (node: Node) => boolean) {
    this.#source = source;
    this.#tree = tree;
    this.#isLocalOfProcess = isLocalOfProcess;
    for (const scope of scopes.all) for (const variable of scope.variables) this.#look(variable);
  }

  /** The local that an identifier means. */
  localOf(node: Node): PlainLocal | undefined {
    return this.#uses.get(node);
  }

  /** What a closure uses of the plain functions around it; undefined if it cannot be made again. */
  capturedBy(unit: Unit): readonly PlainLocal[] | undefined {
    let isMovable = this.#movable.get(unit);
    if (isMovable === undefined) {
      isMovable = this.#isMovable(unit);
      this.#movable.set(unit, isMovable);
    }
    if (!isMovable) return undefined;
    return [...(this.#captured.get(unit) ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Locals whose cells are declared at the head of a block, or before an arrow function's value. */
  cellsAt(block: Node): PlainLocal[] {
    const found = this.#cells.get(block);
    if (found === undefined) return [];
    return [...found]
      .filter(([, users]) => users.some((unit) => this.capturedBy(unit) !== undefined))
      .map(([one]) => one);
  }

  #look(variable: ScopeVariable): void {
    const block = asNode(variable.scope.block);
    if (variable.scope.type === "class") return this.#lookAtClass(variable, block as ClassNode);
    const home = this.#tree.unitOf(block) ?? this.#tree.ownerOf(block);
    if (home.kind !== "plain") return;
    const uses = variable.references.map(({ identifier }) => asNode(identifier));
    if (uses.every((use) => this.#tree.ownerOf(use) === home)) return;
    const local = this.#localFor(variable, home);
    for (const use of uses) {
      if (local !== null) this.#uses.set(use, local);
      for (let unit = this.#tree.ownerOf(use); unit !== home; unit = unit.parent!) {
        const isHidden = local?.cellAt != null && !contains(local.cellAt, unit.node);
        if (local === null || isHidden) this.#stays.add(unit);
        else this.#capture(unit, local);
      }
    }
  }

  #capture(unit: Unit, local: PlainLocal): void {
    const captured = this.#captured.get(unit);
    if (captured === undefined) this.#captured.set(unit, new Set([local]));
    else captured.add(local);
    if (local.cellAt === null) return;
    const cells = this.#cells.get(local.cellAt) ?? new Map<PlainLocal, Unit[]>();
    this.#cells.set(local.cellAt, cells.set(local, [...(cells.get(local) ?? []), unit]));
  }

  /** The local as closures share it; null if it cannot be shared with a closure that is made again. */
  #localFor(variable: ScopeVariable, home: Unit): PlainLocal | null {
    const isDone = isFunction(home.node) && !home.node.async && !home.node.generator; // when a process is suspended
    if (!isDone || isImplicit(variable)) return null;
    const later = variable.references.filter((one) => one.isWrite() && one.init !== true);
    const [definition] = variable.defs;
    const isConstant =
      variable.scope.type === "function-expression-name" ||
      (definition?.type === "Variable" && (definition.parent as unknown as acorn.VariableDeclaration).kind === "const");
    if (isConstant && later.length > 0) return null;
    const isShared = variable.references.some(
      (one) => one.isWrite() && this.#tree.ownerOf(asNode(one.identifier)) !== home,
    );
    const cellAt = isShared ? cellPlace(asNode(variable.scope.block)) : null;
    if (isShared && cellAt === null) return null;
    const number = ++this.#count;
    return { name: variable.name, id: `$isles_outer${number}`, home, cellAt, cell: `$isles_cell${number}` };
  }

  /** A class's own name means the same outside only if it is declared at the top of the module. */
  #lookAtClass(variable: ScopeVariable, type: ClassNode): void {
    if (type.type === "ClassDeclaration" && this.#tree.ownerOf(type).kind === "module") return;
    for (const { identifier } of variable.references) {
      let unit: Unit | null = this.#tree.ownerOf(asNode(identifier));
      for (; unit !== null && contains(type, unit.node); unit = unit.parent) this.#stays.add(unit);
    }
  }

  #isMovable(unit: Unit): boolean {
    const owner = unit.parent;
    if (!isFunction(unit.node) || owner?.kind !== "plain" || !isFunction(owner.node)) return false;
    if (this.#stays.has(unit) || unit.left !== null || !this.#isInPlace(unit.node, owner)) return false;
    for (let around: Unit | null = owner; around !== null; around = around.parent) {
      if (around.kind === "process" && isInParameters(unit.node, around)) return false;
    }
    return !this.#usesMore(unit.node);
  }

  /** Whether a function stands where it can be announced, and is not only called there. */
  #isInPlace(node: Node, owner: Unit): boolean {
    const parent = this.#source.parentOf(node)!;
    for (let at = parent; at !== owner.node; at = this.#source.parentOf(at)!) {
      if (at.type === "PropertyDefinition" || at.type === "StaticBlock" || at.type === "MethodDefinition") return false;
    }
    if (node.type === "FunctionDeclaration") return parent.type === "BlockStatement";
    if (parent.type === "Property") return parent.kind === "init";
    return parent.type !== "CallExpression" || (parent.callee !== node && !isCallback(node, parent));
  }

  /** Whether a function uses what is not a variable: private names, or of the function around it `this` and its like. */
  #usesMore(node: Node): boolean {
    if (superIn(node) !== undefined) return true;
    const left: [Node, isOuter: boolean][] = [[node, true]];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [at, isOuter] = next;
      if (at.type === "PrivateIdentifier") return true;
      if (at.type === "CallExpression" && at.callee.type === "Identifier" && at.callee.name === "eval") return true;
      if (isOuter && isReceiver(at) && !this.#isLocalOfProcess(at)) return true;
      const isArrow = !isFunction(at) || at.type === "ArrowFunctionExpression";
      for (const child of childrenOf(at)) left.push([child, isOuter && isArrow]);
    }
    return false;
  }
}

function isReceiver(node: Node): boolean {
  return node.type === "ThisExpression" || (node.type === "MetaProperty" && node.meta.name === "new");
}

/** Where the cell of a local can be declared, given the block that it belongs to. */
function cellPlace(block: Node): Node | null {
  if (block.type === "BlockStatement") return block;
  if (isFunction(block)) return block.body;
  if (block.type === "CatchClause" || (isLoop(block) && block.body.type === "BlockStatement")) return block.body;
  return null;
}

const CALLBACKS = new Set(
  "forEach map filter reduce reduceRight some every find findIndex findLast findLastIndex flatMap sort toSorted".split(
    " ",
  ),
);

/** Whether a function is what an array's method calls, and then forgets. */
function isCallback(node: Node, { callee, arguments: given }: acorn.CallExpression): boolean {
  if (given[0] !== node) return false;
  if (callee.type !== "MemberExpression" || callee.computed || callee.property.type !== "Identifier") return false;
  return CALLBACKS.has(callee.property.name);
}
