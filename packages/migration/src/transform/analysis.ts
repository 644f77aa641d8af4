import type * as acorn from "acorn";
import type { Definitions } from "./definitions.ts";
import type { ModuleSource } from "./module-source.ts";
import { type ClassNode, childrenOf, isFunction, isLoop, type Node } from "./nodes.ts";
import { PlainClosures } from "./plain-closures.ts";
import { contains, isInParameters, Refusals } from "./refusals.ts";
import { asNode, isImplicit, type Reference, Scopes, type ScopeVariable } from "./scopes.ts";
import { UnitTree } from "./unit-tree.ts";
import type { Unit } from "./units.ts";
import { Variable, type VariableKind } from "./variables.ts";

/** What the compiler knows of a module before it writes anything. */
export class Analysis {
  readonly source: ModuleSource;
  readonly units: UnitTree;
  readonly hosts: ReadonlyMap<Unit, ClassNode>;
  /** The locals of processes, by every identifier that means one; `this` by its own nodes. */
  readonly uses = new Map<Node, Variable>();
  /** Uses that may come before the declaration has run. */
  readonly unsure = new Set<Node>();
  /** Which uses write, and whether they read as well. */
  readonly writes = new Map<Node, "write" | "both">();
  /** Where locals are declared. */
  readonly declared = new Set<Node>();
  /** Assignments to what cannot be assigned to. */
  readonly violations = new Set<Node>();
  /** Nodes that contain a `yield` of their own process. */
  readonly suspending = new Set<Node>();
  /** Nodes that have to be taken apart: these, and loops whose variables closures share. */
  readonly lowered = new Set<Node>();
  /** The calls that define processes. */
  readonly definitions: ReadonlySet<acorn.CallExpression>;
  /** Closures of plain functions. */
  readonly plain: PlainClosures;
  readonly #scopes: Scopes;
  readonly #locals = new Map<Node, Variable[]>();
  readonly #functions = new Map<Node, acorn.FunctionDeclaration[]>();
  readonly #names = new Map<Unit, Set<string>>();

  constructor(source: ModuleSource, { calls }: Definitions) {
    this.source = source;
    this.units = new UnitTree(source);
    this.#scopes = new Scopes(source);
    this.definitions = new Set(calls.filter(({ callee }) => !this.#scopes.isShadowed(callee)));
    const refusals = new Refusals(source, this.units, this.#scopes);
    refusals.run();
    this.hosts = refusals.hosts;
    for (const scope of this.#scopes.all) {
      if (scope.type === "class") continue;
      for (const variable of scope.variables) this.#declare(variable);
    }
    this.#visit();
    this.plain = new PlainClosures(source, this.units, this.#scopes, (node) => this.uses.has(node));
  }

  /** Locals that begin with a block, loop, switch or function. */
  localsOf(block: Node): readonly Variable[] {
    return this.#locals.get(block) ?? [];
  }

  /** Functions declared in a block, which exist from its beginning. */
  functionsOf(block: Node): readonly acorn.FunctionDeclaration[] {
    return this.#functions.get(block) ?? [];
  }

  /** The locals of all blocks inside of a statement, itself included. */
  localsInside(node: Node): Variable[] {
    const found = [...this.localsOf(node)];
    for (const child of childrenOf(node)) if (!isFunction(child)) found.push(...this.localsInside(child));
    return found.filter((variable) => variable.kind !== "var");
  }

  /** The locals that a pattern sets for certain: its targets, and not what its defaults may do. */
  localsInPattern(node: Node | null): Variable[] {
    switch (node?.type) {
      case "Identifier": {
        const variable = this.uses.get(node);
        return variable === undefined || this.violations.has(node) ? [] : [variable];
      }
      case "AssignmentPattern":
        return this.localsInPattern(node.left);
      case "RestElement":
        return this.localsInPattern(node.argument);
      case "ObjectPattern":
        return node.properties.flatMap((one) => this.localsInPattern(one.type === "Property" ? one.value : one));
      case "ArrayPattern":
        return node.elements.flatMap((one) => this.localsInPattern(one));
      default:
        return [];
    }
  }

  newVariable(name: string, unit: Unit, kind: VariableKind): Variable {
    let id = name;
    const root = rootOf(unit);
    const names = this.#names.get(root) ?? new Set<string>();
    this.#names.set(root, names);
    const isFree = (candidate: string) => !names.has(candidate) && !this.#scopes.has(candidate);
    if (names.has(id) || !(isFree(id) || this.#isAlone(id, root))) {
      for (let count = 1; !isFree(id); count++) id = `${name}$${count}`;
    }
    names.add(id);
    return new Variable(name, id, unit, kind);
  }

  /** Whether the only variable of that name that a function can see is its own. */
  #isAlone(name: string, root: Unit): boolean {
    return (
      root !== this.units.module &&
      this.#scopes.isAlone(name, (block) => rootOf(this.units.unitOf(block) ?? this.units.ownerOf(block)), root)
    );
  }

  #declare(found: ScopeVariable): void {
    const block = asNode(found.scope.block);
    const unit = this.units.unitOf(block) ?? this.units.ownerOf(block);
    if (unit.kind !== "process") return;
    const variable = this.#variableFor(found, unit);
    if (variable === null) return;
    for (const identifier of found.identifiers) {
      this.uses.set(asNode(identifier), variable);
      this.declared.add(asNode(identifier));
    }
    for (const reference of found.references) this.#reference(reference, found, variable);
  }

  #variableFor(found: ScopeVariable, unit: Unit): Variable | null {
    if (isImplicit(found)) {
      if (found.references.length === 0) return null;
      unit.arguments = this.newVariable("$$arguments", unit, "special");
      return unit.arguments;
    }
    if (found.scope.type === "function-expression-name") {
      if (found.references.length === 0) return null;
      unit.own = this.newVariable(found.name, unit, "special");
      return unit.own;
    }
    const variable = this.newVariable(found.name, unit, kindOf(found));
    const block = asNode(found.scope.block);
    const locals = this.#locals.get(block);
    if (locals === undefined) this.#locals.set(block, [variable]);
    else locals.push(variable);
    return variable;
  }

  #reference(reference: Reference, found: ScopeVariable, variable: Variable): void {
    const node = asNode(reference.identifier);
    this.uses.set(node, variable);
    if (reference.isWrite()) {
      this.writes.set(node, reference.isRead() ? "both" : "write");
      const isDeclared = found.identifiers.some((one) => one === reference.identifier);
      const isConstant = variable.kind === "const" || variable.kind === "special";
      if (isConstant && !isDeclared) this.violations.add(node);
      if (!isConstant && reference.init !== true) variable.isReassigned = true;
    }
    this.#capture(node, variable);
    if (!["let", "const", "class"].includes(variable.kind) || !this.#isUnsure(node, found, variable)) return;
    this.unsure.add(node);
    variable.hasDeadZone = true;
  }

  /** A use in a unit inside of the variable's own: every process on the way hands it on. */
  #capture(node: Node, variable: Variable): void {
    const owner = this.units.ownerOf(node);
    if (owner === variable.unit || isInParameters(node, variable.unit)) return;
    if (variable.kind !== "special") variable.isBoxed = true;
    for (let unit: Unit | null = owner; unit !== null && unit !== variable.unit; unit = unit.parent) {
      unit.captures.add(variable);
    }
  }

  #isUnsure(node: Node, found: ScopeVariable, variable: Variable): boolean {
    const definition = found.defs[0];
    if (definition === undefined) return false;
    const name = asNode(definition.name);
    if (node === name) return false;
    const declaration = asNode(definition.node);
    let use = node;
    const owner = this.units.ownerOf(node);
    if (owner !== variable.unit) {
      let closure = owner;
      while (closure.parent !== null && closure.parent !== variable.unit) closure = closure.parent;
      use = closure.node;
      if (use.type === "FunctionDeclaration") return true; // it exists before everything else in its block
    }
    if (use.start < declaration.end) return true;
    const scope = asNode(found.scope.block);
    if (isLoop(scope))
      return (scope.type === "ForOfStatement" || scope.type === "ForInStatement") && contains(scope.right, use);
    return scope.type === "SwitchStatement" && this.#caseOf(use, scope) !== this.#caseOf(declaration, scope);
  }

  #caseOf(node: Node, statement: acorn.SwitchStatement): acorn.SwitchCase | undefined {
    return statement.cases.find((one) => contains(one, node));
  }

  #visit(): void {
    const left: Node[] = [this.source.tree];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      this.#look(node);
      left.push(...childrenOf(node));
    }
  }

  #look(node: Node): void {
    const owner = this.units.ownerOf(node);
    if (node.type === "ThisExpression") return this.#this(node);
    if (owner.kind !== "process") return;
    if (node.type === "YieldExpression") return this.#mark(node, owner, true);
    if (node.type === "FunctionDeclaration") return this.#functionDeclaration(node);
    if (node.type === "ReturnStatement") return this.#markTries(node, owner);
    if (node.type === "BreakStatement" || node.type === "ContinueStatement") return this.#markTries(node, owner);
    if (isLoop(node) && this.localsOf(node).some((one) => one.isBoxed || one.hasDeadZone))
      this.#mark(node, owner, false);
  }

  #mark(node: Node, owner: Unit, suspends: boolean): void {
    for (let at: Node | undefined = node; at !== undefined && at !== owner.node; at = this.source.parentOf(at)) {
      this.lowered.add(at);
      if (suspends) this.suspending.add(at);
    }
  }

  /** A jump out of a `try` passes its `finally` before it closes iterators further out: all of them are explicit then. */
  #markTries(node: acorn.ReturnStatement | acorn.BreakStatement | acorn.ContinueStatement, owner: Unit): void {
    const target = node.type === "ReturnStatement" ? owner.node : targetOf(node, this.source);
    for (let at = this.source.parentOf(node); at !== undefined && at !== target; at = this.source.parentOf(at)) {
      if (at.type === "TryStatement") this.#mark(at, owner, false);
    }
  }

  #functionDeclaration(node: acorn.FunctionDeclaration | acorn.AnonymousFunctionDeclaration): void {
    let block = this.source.parentOf(node)!;
    if (block.type === "SwitchCase") block = this.source.parentOf(block)!;
    const parent = this.source.parentOf(block);
    if (parent !== undefined && isFunction(parent)) block = parent;
    const functions = this.#functions.get(block) ?? [];
    functions.push(node as acorn.FunctionDeclaration);
    this.#functions.set(
      block,
      functions.sort((a, b) => a.start - b.start),
    );
  }

  #this(node: Node): void {
    for (
      let child = node, at = this.source.parentOf(node);
      at !== undefined;
      child = at, at = this.source.parentOf(at)
    ) {
      if (at.type === "StaticBlock" || (at.type === "PropertyDefinition" && child === at.value)) return;
      if (!isFunction(at) || at.type === "ArrowFunctionExpression" || child === at.id) continue;
      const unit = this.units.unitOf(at);
      if (unit?.kind !== "process") return;
      unit.self ??= this.newVariable("$$this", unit, "special");
      this.uses.set(node, unit.self);
      return this.#capture(node, unit.self);
    }
  }
}

/** The function at the top of the module that a unit is in. */
function rootOf(unit: Unit): Unit {
  let root = unit;
  while (root.parent !== null && root.parent.kind !== "module") root = root.parent;
  return root;
}

/** The statement that a `break` or `continue` means: for a label, what has it. */
export function targetOf(node: acorn.BreakStatement | acorn.ContinueStatement, source: ModuleSource): Node {
  const { label } = node;
  for (let at = source.parentOf(node); at !== undefined; at = source.parentOf(at)) {
    if (label) {
      if (at.type === "LabeledStatement" && at.label.name === label.name) return at;
    } else if (isLoop(at) || (at.type === "SwitchStatement" && node.type === "BreakStatement")) return at;
  }
  return node; // the parser refuses what has no target
}

function kindOf(variable: ScopeVariable): VariableKind {
  const definition = variable.defs[0];
  switch (definition?.type) {
    case "Variable":
      return (definition.parent as unknown as acorn.VariableDeclaration).kind as VariableKind;
    case "Parameter":
      return "parameter";
    case "FunctionName":
      return "function";
    case "ClassName":
      return "class";
    case "CatchClause":
      return "catch";
    default:
      return "var";
  }
}
