import type * as acorn from "acorn";
import { lowerPlainAssignment } from "./assignments.ts";
import type { Context } from "./builder.ts";
import { USING } from "./frame-text.ts";
import { lowerDoWhile, lowerFor, lowerForIn, lowerForOf, lowerWhile } from "./loops.ts";
import type { Lowering } from "./lowering.ts";
import { isLoop, type Node } from "./nodes.ts";
import { assignTarget } from "./patterns.ts";
import { Label, type Piece, read } from "./pieces.ts";
import { lowerTry } from "./tries.ts";

export function lowerStatement(l: Lowering, node: Node): void {
  // What cannot suspend keeps its own words; declarations are taken apart, so that the flow analysis sees what they set.
  if (node.type === "VariableDeclaration") return lowerDeclaration(l, node);
  if (!l.analysis.lowered.has(node)) return l.builder.native(l.text.text(node), l.analysis.localsInside(node));
  switch (node.type) {
    case "ExpressionStatement":
      return lowerExpressionStatement(l, node);
    case "BlockStatement":
      return lowerBlock(l, node);
    case "IfStatement":
      return lowerIf(l, node);
    case "ReturnStatement":
      return l.builder.code(l.text.return(l.expression(node.argument!)));
    case "ThrowStatement":
      return l.builder.code("throw ", l.expression(node.argument), ";");
    case "LabeledStatement":
      return lowerLabeled(l, node);
    case "SwitchStatement":
      return lowerSwitch(l, node);
    case "TryStatement":
      return lowerTry(l, node);
    case "WhileStatement":
      return lowerWhile(l, node);
    case "DoWhileStatement":
      return lowerDoWhile(l, node);
    case "ForStatement":
      return lowerFor(l, node);
    case "ForInStatement":
      return lowerForIn(l, node);
    case "ForOfStatement":
      return lowerForOf(l, node);
    default:
      return l.refuse(node, `a yield inside of a ${node.type}`);
  }
}

function lowerExpressionStatement(l: Lowering, node: acorn.ExpressionStatement): void {
  if (node.expression.type === "AssignmentExpression" && lowerPlainAssignment(l, node.expression)) return;
  const value = l.expression(node.expression);
  if (value !== "$$value") l.builder.code(";(", value, ");");
}

export function lowerDeclaration(l: Lowering, node: acorn.VariableDeclaration): void {
  if (node.kind === "using" || node.kind === "await using") return l.refuse(node, USING);
  for (const one of node.declarations) {
    if (l.suspends(one.id)) assignTarget(l, one.id, l.builder.keep(l.expression(one.init!)), true);
    else if (one.id.type === "Identifier" && one.init) assignTarget(l, one.id, l.expression(one.init), true);
    else if (!one.init && node.kind !== "var") assignTarget(l, one.id, "undefined", true);
    else if (l.suspends(one)) assignTarget(l, one.id, l.expression(one.init!), true);
    else defineDeclarator(l, one, node.kind);
  }
}

function defineDeclarator(l: Lowering, node: acorn.VariableDeclarator, kind: string): void {
  const defines = l.analysis.localsInPattern(node.id).filter((one) => !one.isBoxed);
  for (const piece of l.text.declarator(node, kind)) l.builder.define(defines, ";(", piece, ");");
}

export function enter(l: Lowering, block: Node): void {
  const locals = l.analysis.localsOf(block);
  l.builder.fresh(locals.filter((one) => one.kind !== "var" && one.kind !== "parameter"));
  for (const { variable, value } of l.text.entry(block)) {
    if (variable.isBoxed && value.isContent) l.builder.code(read(variable), ".v = ", value.piece, ";");
    else l.builder.assign(variable, value.piece);
  }
}

function lowerBlock(l: Lowering, node: acorn.BlockStatement): void {
  enter(l, node);
  for (const statement of node.body) l.statement(statement);
}

function lowerIf(l: Lowering, node: acorn.IfStatement): void {
  const otherwise = new Label();
  const end = new Label();
  l.builder.code("if (!(", l.expression(node.test), ")) ", { kind: "jump", target: otherwise });
  l.statement(node.consequent);
  if (node.alternate) l.builder.jump(end);
  l.builder.label(otherwise);
  if (!node.alternate) return;
  l.statement(node.alternate);
  l.builder.label(end);
}

/** A statement and the labels directly on it. */
export function withLabels(l: Lowering, node: Node): Set<Node> {
  const nodes = new Set<Node>([node]);
  for (
    let at = l.analysis.source.parentOf(node);
    at?.type === "LabeledStatement";
    at = l.analysis.source.parentOf(at)
  ) {
    nodes.add(at);
  }
  return nodes;
}

function lowerLabeled(l: Lowering, node: acorn.LabeledStatement): void {
  let body: Node = node.body;
  while (body.type === "LabeledStatement") body = body.body;
  if (isLoop(body) || body.type === "SwitchStatement") return l.statement(body);
  const end = new Label();
  const labels = withLabels(l, body);
  labels.delete(body);
  const context: Context = { kind: "break", nodes: labels, target: end };
  l.builder.inContexts([context], () => l.statement(body));
  l.builder.label(end);
}

function lowerSwitch(l: Lowering, node: acorn.SwitchStatement): void {
  const { builder } = l;
  const value = builder.keep(l.expression(node.discriminant));
  enter(l, node);
  const end = new Label();
  const labels = node.cases.map(() => new Label());
  node.cases.forEach((one, index) => {
    if (!one.test) return;
    const test = l.expression(one.test);
    builder.code("if (", value, " === ", test, ") ", jumpTo(labels[index]!));
  });
  const fallback = node.cases.findIndex((one) => !one.test);
  builder.jump(fallback < 0 ? end : labels[fallback]!);
  builder.inContexts([{ kind: "break", nodes: withLabels(l, node), target: end }], () => {
    node.cases.forEach((one, index) => {
      builder.label(labels[index]!);
      for (const statement of one.consequent) l.statement(statement);
    });
  });
  builder.label(end);
}

export function jumpTo(target: Label): Piece {
  return { kind: "jump", target };
}
