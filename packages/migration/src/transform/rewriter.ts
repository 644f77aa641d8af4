import type * as acorn from "acorn";
import type { Analysis } from "./analysis.ts";
import { Edits } from "./edits.ts";
import { childrenOf, type Node } from "./nodes.ts";
import type { Piece } from "./pieces.ts";
import { isPrototype, ownKey } from "./properties.ts";
import type { Variable } from "./variables.ts";

/** Copies the program's text, with other words for the locals of processes. */
export abstract class Rewriter {
  protected readonly analysis: Analysis;

  constructor(analysis: Analysis) {
    this.analysis = analysis;
  }

  /** The text of a node. */
  text(node: Node): Piece {
    const edits = new Edits();
    this.visit(node, edits);
    return edits.apply(node.start, node.end);
  }

  /** A local where its value is used or set: its box's content if closures share it. */
  abstract place(variable: Variable, node: Node): Piece;

  /** The same, only read. */
  abstract value(variable: Variable): Piece;

  /** What is replaced as a whole, or else looked into. */
  protected visit(node: Node, edits: Edits): void {
    switch (node.type) {
      case "Identifier":
      case "ThisExpression":
        return this.#name(node, edits);
      case "Property":
        if (node.shorthand) return edits.replace(node, this.#shorthand(node));
        break;
      case "AssignmentExpression":
      case "UpdateExpression":
        if (this.#assignment(node, edits)) return;
        break;
      case "CallExpression":
        this.#callee(node.callee, "(0, ", ")", edits);
        break;
      case "TaggedTemplateExpression":
        this.#callee(node.tag, "(0, ", ")", edits);
        break;
      case "NewExpression":
        this.#callee(node.callee, "(", ")", edits);
        break;
      default:
    }
    for (const child of childrenOf(node)) this.visit(child, edits);
  }

  #name(node: Node, edits: Edits): void {
    const variable = this.analysis.uses.get(node);
    if (variable !== undefined) edits.replace(node, this.use(variable, node));
  }

  /** A use, checked if it may come too early. */
  use(variable: Variable, node: Node): Piece {
    if (this.analysis.violations.has(node)) return `$isles.readonly.${variable.name}`;
    const place = this.place(variable, node);
    if (!this.analysis.unsure.has(node) || this.analysis.writes.has(node)) return place;
    return ["$isles.initialized(", place, `, ${JSON.stringify(variable.name)})`];
  }

  #shorthand(node: acorn.Property | acorn.AssignmentProperty): Piece {
    if (isPrototype(node)) return [ownKey(node, this.analysis.source), ": ", this.text(node.value)];
    const { start, end } = node.key;
    return [{ kind: "slice", start, end }, ": ", this.text(node.value)];
  }

  /** An assignment to one local that may come too early reads it first; the language does so after the right side. */
  #assignment(node: acorn.AssignmentExpression | acorn.UpdateExpression, edits: Edits): boolean {
    const target: Node = node.type === "AssignmentExpression" ? node.left : node.argument;
    if (!this.analysis.unsure.has(target) || this.analysis.violations.has(target)) return false;
    const variable = this.analysis.uses.get(target)!;
    const place = this.place(variable, target);
    const check: Piece = ["$isles.initialized(", this.value(variable), `, ${JSON.stringify(variable.name)})`];
    if (node.type === "AssignmentExpression" && node.operator === "=") {
      edits.replace(node, ["(", place, " = $isles.first(", this.text(node.right), ", ", check, "))"]);
    } else if (node.type === "AssignmentExpression") {
      edits.replace(node, ["(", check, ", ", place, ` ${node.operator} (`, this.text(node.right), "))"]);
    } else {
      const step: Piece = node.prefix ? [node.operator, place] : [place, node.operator];
      edits.replace(node, ["(", check, ", ", step, ")"]);
    }
    return true;
  }

  /** A box's content is called as a function, not as the box's method. */
  #callee(callee: Node, before: string, after: string, edits: Edits): void {
    if (callee.type !== "Identifier") return;
    const variable = this.analysis.uses.get(callee);
    if (variable === undefined || !(variable.isBoxed || this.analysis.unsure.has(callee))) return;
    edits.insert(callee.start, before);
    edits.insert(callee.end, after);
  }
}
