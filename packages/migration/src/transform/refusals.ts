import type { ModuleSource } from "./module-source.ts";
import { type ClassNode, childrenOf, isClass, isFunction, type Node } from "./nodes.ts";
import { asNode, isImplicit, type Scopes, type ScopeVariable } from "./scopes.ts";
import type { UnitTree } from "./unit-tree.ts";
import type { Unit } from "./units.ts";

/**
 * Finds the generator functions that cannot be compiled and leaves them native, with the reason; what `defineProcess` is
 * given must not be among them.
 */
export class Refusals {
  readonly #source: ModuleSource;
  readonly #tree: UnitTree;
  readonly #scopes: Scopes;
  /** Generators that must be defined inside a class of the module, whose private names or own name they use. */
  readonly hosts = new Map<Unit, ClassNode>();

  constructor(source: ModuleSource, tree: UnitTree, scopes: Scopes) {
    this.#source = source;
    this.#tree = tree;
    this.#scopes = scopes;
  }

  run(): void {
    const left: Node[] = [this.#source.tree];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      this.#check(node);
      left.push(...childrenOf(node));
    }
    this.#checkClassNames();
    this.#checkParameters();
    while (this.#leaveOwnersOfPlainLocals());
  }

  #check(node: Node): void {
    const owner = this.#tree.ownerOf(node);
    switch (node.type) {
      case "Super":
        return this.#leave(
          this.#receiver(owner),
          "`super` cannot be reached from a frame; call what it names another way",
          node,
        );
      case "CallExpression":
        if (node.callee.type !== "Identifier" || node.callee.name !== "eval") return;
        for (let unit: Unit | null = owner; unit !== null; unit = unit.parent) {
          this.#leave(unit, "`eval` sees locals by name, which a frame does not keep", node);
        }
        return;
      case "YieldExpression":
        if (!isClass(owner.node)) return;
        return this.#leave(
          this.#process(owner),
          "a `yield` inside of a class's own expressions; take it out, into a local",
          node,
        );
      case "PrivateIdentifier":
        return this.#private(node.name, node, owner);
      default:
    }
  }

  /** The unit whose `this` and `super` an owner uses: through arrow functions. */
  #receiver(owner: Unit): Unit {
    let unit = owner;
    while (unit.node.type === "ArrowFunctionExpression" && unit.parent !== null) unit = unit.parent;
    return unit;
  }

  #process(owner: Unit): Unit {
    let unit = owner;
    while (unit.parent !== null && !isFunction(unit.node)) unit = unit.parent;
    return unit;
  }

  #leave(unit: Unit, reason: string, node: Node): void {
    if (unit.kind === "process") unit.leave(reason, node.start);
  }

  #private(name: string, node: Node, owner: Unit): void {
    let type: Node | undefined = node;
    while (type !== undefined && !(isClass(type) && declaresPrivate(type, name))) type = this.#source.parentOf(type);
    if (type !== undefined) this.#needsHost(owner, type as ClassNode, node, `the private name #${name}`);
  }

  /** Marks every process between a use and the class that it needs around it. */
  #needsHost(owner: Unit, type: ClassNode, node: Node, what: string): void {
    for (let unit: Unit | null = owner; unit !== null; unit = unit.parent) {
      if (unit.kind !== "process" || !contains(type, unit.node)) continue;
      if (this.#tree.ownerOf(type).kind === "module") this.hosts.set(unit, type);
      else unit.leave(`it uses ${what} of a class that is not declared at the top of the module`, node.start);
    }
  }

  #checkClassNames(): void {
    for (const scope of this.#scopes.all) {
      if (scope.type !== "class") continue;
      for (const reference of scope.variables.flatMap((variable) => variable.references)) {
        const node = asNode(reference.identifier);
        const type = asNode(scope.block) as ClassNode;
        if (type.type === "ClassDeclaration" && this.#tree.ownerOf(type).kind === "module") continue;
        this.#needsHost(this.#tree.ownerOf(node), type, node, "the own name");
      }
    }
  }

  /** A closure in a parameter list shares parameters with the call, but the frame has its own copies. */
  #checkParameters(): void {
    for (const variable of this.#variables()) {
      const unit = this.#ownerOfVariable(variable);
      if (unit.kind !== "process" || !variable.references.some((one) => one.isWrite() && one.init !== true)) continue;
      for (const { identifier } of variable.references) {
        const node = asNode(identifier);
        if (this.#tree.ownerOf(node) === unit || !isInParameters(node, unit)) continue;
        unit.leave(`a function among its parameters shares ${variable.name}, which is assigned to`, node.start);
      }
    }
  }

  /** Locals of plain functions cannot move, so a generator function that uses them cannot either. */
  #leaveOwnersOfPlainLocals(): boolean {
    let hasChanged = false;
    for (const variable of this.#variables()) {
      const home = this.#ownerOfVariable(variable);
      if (home.kind !== "plain") continue;
      for (const { identifier } of variable.references) {
        let unit: Unit | null = this.#tree.ownerOf(asNode(identifier));
        for (; unit !== null && unit !== home; unit = unit.parent) {
          if (unit.kind !== "process") continue;
          const name = home.id === "" ? "another function" : home.id;
          unit.leave(`it uses ${variable.name}, a local of ${name}, which has no frame`, asNode(identifier).start);
          hasChanged = true;
        }
      }
    }
    return hasChanged;
  }

  *#variables(): Generator<ScopeVariable> {
    for (const scope of this.#scopes.all) {
      if (scope.type === "class") continue; // its own name, for which see #checkClassNames
      for (const variable of scope.variables) if (!isImplicit(variable)) yield variable;
    }
  }

  #ownerOfVariable(variable: ScopeVariable): Unit {
    const block = asNode(variable.scope.block);
    return this.#tree.unitOf(block) ?? this.#tree.ownerOf(block);
  }
}

export function isInParameters(node: Node, unit: Unit): boolean {
  return unit.function.params.some((parameter) => contains(parameter, node));
}

export function contains(outer: { start: number; end: number }, inner: { start: number; end: number }): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function declaresPrivate(type: ClassNode, name: string): boolean {
  return type.body.body.some(
    (member) => "key" in member && member.key.type === "PrivateIdentifier" && member.key.name === name,
  );
}
