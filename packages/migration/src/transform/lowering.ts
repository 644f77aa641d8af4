import { MigrationError } from "../errors.ts";
import type { Analysis } from "./analysis.ts";
import { lowerAssignment, lowerUpdate } from "./assignments.ts";
import type { Builder } from "./builder.ts";
import { lowerCall, lowerChain, lowerDeleteChain, lowerNew, lowerTagged } from "./calls.ts";
import type { Compiler } from "./compiler.ts";
import {
  lowerArray,
  lowerBinary,
  lowerConditional,
  lowerLogical,
  lowerMember,
  lowerObject,
  lowerSequence,
  lowerTemplate,
  lowerYield,
} from "./expressions.ts";
import type { FrameText } from "./frame-text.ts";
import type { Node } from "./nodes.ts";
import { Label, type Piece, read } from "./pieces.ts";
import { lowerStatement } from "./statements.ts";

/** Takes a process apart where something in it suspends it. */
export class Lowering {
  readonly compiler: Compiler;
  readonly builder: Builder;
  readonly text: FrameText;
  readonly analysis: Analysis;
  readonly #entries = new Map<Node, Label>();

  constructor(compiler: Compiler, builder: Builder, text: FrameText) {
    this.compiler = compiler;
    this.builder = builder;
    this.text = text;
    this.analysis = compiler.analysis;
  }

  suspends(node: Node | null | undefined): boolean {
    return node != null && this.analysis.suspending.has(node);
  }

  /** Where a statement begins, for loops that get to it another way. */
  entryOf(node: Node): Label {
    const label = this.#entries.get(node) ?? new Label();
    this.#entries.set(node, label);
    return label;
  }

  statement(node: Node): void {
    const entry = this.#entries.get(node);
    if (entry !== undefined) this.builder.label(entry);
    lowerStatement(this, node);
  }

  /**
   * An expression. What suspends is done when this returns; the rest of it is in the piece, still to be evaluated, once,
   * before anything else happens.
   */
  expression(node: Node): Piece {
    return this.suspends(node) ? this.#lower(node) : this.atom(node);
  }

  /** An expression that does not suspend, fit to stand in any other. */
  atom(node: Node): Piece {
    const text = this.text.text(node);
    switch (node.type) {
      case "Identifier":
      case "ThisExpression":
      case "ArrayExpression":
      case "TemplateLiteral":
      case "MemberExpression":
        return text;
      case "Literal":
        return typeof node.value === "number" ? ["(", text, ")"] : text;
      default:
        return ["(", text, ")"];
    }
  }

  /** An expression's value, kept while others are evaluated. */
  save(node: Node): Piece {
    if (node.type === "ThisExpression") return this.atom(node);
    if (node.type === "Literal" && !("regex" in node && node.regex)) return this.atom(node);
    const variable = node.type === "Identifier" ? this.analysis.uses.get(node) : undefined;
    if (variable?.isSteady && !this.analysis.unsure.has(node)) return read(variable, node.start);
    return this.builder.keep(this.expression(node));
  }

  /** Saves an expression if one of those after it suspends. */
  before(node: Node, ...later: readonly (Node | null | undefined)[]): Piece {
    return later.some((one) => this.suspends(one)) ? this.save(node) : this.expression(node);
  }

  /** A list of expressions, each saved if a later one suspends; spread ones keep their dots. */
  list(nodes: readonly (Node | null)[]): Piece[] {
    const last = nodes.findLastIndex((node) => this.suspends(node));
    return nodes.map((node, index) => {
      if (node === null) return "";
      if (node.type !== "SpreadElement") return index < last ? this.save(node) : this.expression(node);
      if (index >= last) return ["...", this.expression(node.argument)];
      return ["...", this.builder.keep(["[...", this.expression(node.argument), "]"])];
    });
  }

  refuse(node: Node, what: string): never {
    throw new MigrationError(this.analysis.source.place(node.start), what);
  }

  #lower(node: Node): Piece {
    switch (node.type) {
      case "YieldExpression":
        return lowerYield(this, node);
      case "AssignmentExpression":
        return lowerAssignment(this, node);
      case "UpdateExpression":
        return lowerUpdate(this, node);
      case "BinaryExpression":
        return lowerBinary(this, node);
      case "LogicalExpression":
        return lowerLogical(this, node);
      case "UnaryExpression":
        if (node.operator === "delete" && node.argument.type === "ChainExpression")
          return lowerDeleteChain(this, node.argument);
        return ["(", node.operator, " ", this.expression(node.argument), ")"];
      case "ConditionalExpression":
        return lowerConditional(this, node);
      case "SequenceExpression":
        return lowerSequence(this, node);
      case "ArrayExpression":
        return lowerArray(this, node);
      case "ObjectExpression":
        return lowerObject(this, node);
      case "TemplateLiteral":
        return lowerTemplate(this, node);
      case "TaggedTemplateExpression":
        return lowerTagged(this, node);
      case "MemberExpression":
        return lowerMember(this, node);
      case "CallExpression":
        return lowerCall(this, node);
      case "NewExpression":
        return lowerNew(this, node);
      case "ChainExpression":
        return lowerChain(this, node);
      case "ImportExpression":
        return ["import(", this.expression(node.source), ")"];
      case "ParenthesizedExpression":
        return this.expression(node.expression);
      default:
    }
    return this.refuse(node, `a yield inside of a ${node.type}; take it out, into a local of its own`);
  }
}

export function joined(pieces: readonly Piece[]): Piece {
  return pieces.map((piece, index) => (index === 0 ? piece : [", ", piece]));
}
