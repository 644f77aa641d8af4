import type * as acorn from "acorn";
import type { Compiler } from "./compiler.ts";
import { Edits } from "./edits.ts";
import { type ClassNode, childrenOf, type FunctionNode, isClass, type Node } from "./nodes.ts";
import type { Piece } from "./pieces.ts";
import type { PlainLocal } from "./plain-closures.ts";
import { isNamedByKey, ownKey } from "./properties.ts";
import { contains, isInParameters } from "./refusals.ts";
import { Rewriter } from "./rewriter.ts";
import { inferredName, keyName } from "./unit-tree.ts";
import type { Unit } from "./units.ts";
import type { Variable } from "./variables.ts";

/** The text of a module, or of a function that a process makes: as it is, but for the generator functions in it. */
export class OuterText extends Rewriter {
  readonly #compiler: Compiler;
  /** The closure that is written by itself, without the functions around it. */
  #root: Unit | null = null;

  constructor(compiler: Compiler) {
    super(compiler.analysis);
    this.#compiler = compiler;
  }

  module(tree: acorn.Program): Piece {
    const edits = new Edits();
    for (const child of tree.body) this.visit(child, edits);
    return edits.apply(0, this.analysis.source.text.length);
  }

  /** A property's text with another key. */
  keyedAs(node: acorn.Property, key: string): Piece {
    const edits = new Edits();
    edits.replace(node.key, key);
    this.visit(node.value, edits);
    return edits.apply(node.start, node.end);
  }

  override place(variable: Variable, node: Node): Piece {
    // A parameter list keeps its own names: it runs in the call, before there is a frame. So does a function its own.
    if (isInParameters(node, variable.unit) || this.analysis.declared.has(node)) {
      const { start, end } = node;
      return { kind: "slice", start, end };
    }
    return this.value(variable);
  }

  override value(variable: Variable): Piece {
    return variable.isBoxed ? `${variable.id}.v` : variable.id;
  }

  /** A declared function as an expression: without its name, which would hide the box that everybody else knows it by. */
  anonymous(node: FunctionNode): Piece {
    const edits = new Edits();
    if (this.analysis.units.unitOf(node)?.kind === "process") this.visit(node, edits);
    else for (const child of childrenOf(node)) if (child !== node.id) this.visit(child, edits);
    if (node.id) edits.replace(node.id, "");
    return edits.apply(node.start, node.end);
  }

  /** The text of a closure of a plain function by itself, with boxes in place of the locals around it. */
  whole(unit: Unit): Piece {
    const before = this.#root;
    this.#root = unit;
    const piece = this.#asExpression(unit.function);
    this.#root = before;
    return piece;
  }

  /** The text that a process has part in: whatever is being written around it. */
  apart(write: () => Piece): Piece {
    const before = this.#root;
    this.#root = null;
    const piece = write();
    this.#root = before;
    return piece;
  }

  protected override visit(node: Node, edits: Edits): void {
    // A method is announced in place of its property.
    const value = node.type === "Property" && isNamedByKey(node) ? node.value : this.#propertyOf(node) ? null : node;
    const unit = value === null ? undefined : this.analysis.units.unitOf(value);
    const factory = unit === undefined || unit === this.#root ? undefined : this.#compiler.plainClosure(unit);
    if (unit === undefined || factory === undefined) return this.#inside(node, edits);
    const captures = this.#capturesOf(unit);
    if (node.type === "FunctionDeclaration") {
      const block = this.analysis.source.parentOf(node)!;
      edits.insert(block.start + 1, ` ${factory}.here(${node.id!.name}${captures});`);
      return this.#inside(node, edits);
    }
    if (node.type === "Property" && node.computed) {
      const made: Piece = ["($$key) => ({ ", this.#property(node as acorn.Property), " })"];
      const key: Piece = ["$isles.key(", this.text(node.key), ")"];
      return edits.replace(node, [`...${factory}.keyed(`, key, ", ", made, `${captures})`]);
    }
    const announced: Piece = [`${factory}.here(`, this.#asExpression(unit.function), `${captures})`];
    edits.replace(node, node.type === "Property" ? [ownKey(node, this.analysis.source), ": ", announced] : announced);
  }

  /** The property by whose key a function is named. */
  #propertyOf(node: Node): acorn.Property | undefined {
    const parent = this.analysis.source.parentOf(node);
    if (parent?.type !== "Property" || parent.value !== node) return undefined;
    return isNamedByKey(parent) ? (parent as acorn.Property) : undefined;
  }

  /** A property's text; under `$$key` if its key is computed. */
  #property(node: acorn.Property): Piece {
    const edits = new Edits();
    if (node.computed) edits.replace(node.key, "$$key");
    this.#inside(node.value, edits);
    return edits.apply(node.start, node.end);
  }

  /** A function with its name, wherever it is put. */
  #asExpression(node: FunctionNode): Piece {
    const property = this.#propertyOf(node);
    if (property !== undefined) {
      const key = property.computed ? "$$key" : JSON.stringify(keyName(property.key));
      return ["({ ", this.#property(property), ` })[${key}]`];
    }
    const isDeclared = node.type === "FunctionDeclaration";
    const name = isDeclared ? node.id?.name : node.id ? undefined : inferredName(node, this.analysis.source);
    const edits = new Edits();
    if (!isDeclared) this.#inside(node, edits);
    const text = isDeclared ? this.anonymous(node) : edits.apply(node.start, node.end);
    return name === undefined
      ? ["(", text, ")"]
      : [`({ ${JSON.stringify(name)}: `, text, ` })[${JSON.stringify(name)}]`];
  }

  /** What reads what a closure uses, in the words of where it is made; nothing if it uses nothing. */
  #capturesOf(unit: Unit): string {
    const captures = [...unit.captures].map((one) => one.id);
    for (const local of this.analysis.plain.capturedBy(unit)!) {
      if (this.#isOutside(local)) captures.push(local.id);
      else captures.push(local.cellAt === null ? `new $isles.Box(${local.name})` : local.cell);
    }
    return captures.length === 0 ? "" : `, () => [${captures.join(", ")}]`;
  }

  #isOutside({ home }: PlainLocal): boolean {
    return this.#root !== null && !contains(this.#root.node, home.node);
  }

  #inside(node: Node, edits: Edits): void {
    const unit = this.analysis.units.unitOf(node);
    if (unit?.kind === "process") return this.#generator(unit, edits);
    if (isClass(node)) this.#host(node, edits);
    if (node.type === "CallExpression" && this.analysis.definitions.has(node)) this.#mark(node, edits);
    const box = this.#boxOf(node);
    if (box !== undefined) return edits.replace(node, box);
    const callee =
      node.type === "CallExpression" ? node.callee : node.type === "TaggedTemplateExpression" ? node.tag : null;
    if (callee !== null && this.#boxOf(callee) !== undefined) {
      edits.insert(callee.start, "(0, ");
      edits.insert(callee.end, ")");
    }
    const cells = this.#cellsAt(node.type === "ArrowFunctionExpression" && node.expression ? node.body : node);
    if (cells !== "" && node.type === "BlockStatement") edits.insert(node.start + 1, cells);
    const isValue = cells !== "" && node.type === "ArrowFunctionExpression";
    if (isValue) edits.insert(this.#arrowOf(node), ` {${cells} return`);
    super.visit(node, edits);
    if (isValue) edits.insert(node.end, "; }");
  }

  #boxOf(node: Node): Piece | undefined {
    const local = node.type === "Identifier" ? this.analysis.plain.localOf(node) : undefined;
    return local !== undefined && this.#isOutside(local) ? `${local.id}.v` : undefined;
  }

  #cellsAt(block: Node): string {
    return this.analysis.plain
      .cellsAt(block)
      .map(({ cell, name }) => ` const ${cell} = $isles.cell(() => ${name}, ($$value) => { ${name} = $$value; });`)
      .join("");
  }

  /** Where an arrow ends. */
  #arrowOf(node: acorn.ArrowFunctionExpression): number {
    const { tokens } = this.analysis.source;
    let index = this.analysis.source.tokenAt(node.params.at(-1)?.end ?? node.start);
    while (this.analysis.source.textOf(tokens[index]!) !== "=>") index++;
    return tokens[index]!.end;
  }

  /** A generator function becomes one that makes a frame. */
  #generator(unit: Unit, edits: Edits): void {
    const node = unit.function;
    const parent = this.analysis.source.parentOf(node);
    const isMethod = parent?.type === "MethodDefinition" || (parent?.type === "Property" && parent.method);
    const { tokens } = this.analysis.source;
    let index = this.analysis.source.tokenAt(isMethod ? parent.start : node.start);
    while (this.analysis.source.textOf(tokens[index]!) !== "*") index++;
    edits.replace(tokens[index]!, " ");
    for (const parameter of node.params) this.visit(parameter, edits);
    const name = this.#compiler.frame(unit);
    const passed = this.#compiler.passedTo(unit);
    edits.replace(node.body, `{ return new ${name}(${passed.join(", ")}); }`);
  }

  /** Frames that use private names of a class are made inside of it. */
  #host(node: ClassNode, edits: Edits): void {
    const units = [...this.analysis.hosts].filter(([unit, host]) => host === node && unit.kind === "process");
    for (const [unit] of units) {
      const definitions = this.#compiler.hostedDefinitions(unit);
      if (definitions.length > 0) edits.insert(node.body.start + 1, [" static { ", definitions, "}"]);
    }
  }

  #mark(node: acorn.CallExpression, edits: Edits): void {
    const [first] = node.arguments;
    if (first === undefined) return;
    edits.insert(first.start, "$isles.compiled(");
    edits.insert(first.end, ")");
  }
}
