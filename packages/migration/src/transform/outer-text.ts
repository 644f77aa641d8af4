import type * as acorn from "acorn";
import type { Compiler } from "./compiler.ts";
import { Edits } from "./edits.ts";
import { type ClassNode, childrenOf, type FunctionNode, isClass, type Node } from "./nodes.ts";
import type { Piece } from "./pieces.ts";
import { isInParameters } from "./refusals.ts";
import { Rewriter } from "./rewriter.ts";
import type { Unit } from "./units.ts";
import type { Variable } from "./variables.ts";

/** The text of a module, or of a function that a process makes: as it is, but for the generator functions in it. */
export class OuterText extends Rewriter {
  readonly #compiler: Compiler;

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

  protected override visit(node: Node, edits: Edits): void {
    const unit = this.analysis.units.unitOf(node);
    if (unit?.kind === "process") return this.#generator(unit, edits);
    if (isClass(node)) this.#host(node, edits);
    if (node.type === "CallExpression" && this.analysis.definitions.has(node)) this.#mark(node, edits);
    super.visit(node, edits);
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
