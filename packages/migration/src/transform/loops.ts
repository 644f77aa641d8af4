import type * as acorn from "acorn";
import type { Context } from "./builder.ts";
import { USING } from "./frame-text.ts";
import { joined, type Lowering } from "./lowering.ts";
import type { LoopNode, Node } from "./nodes.ts";
import { assignTarget } from "./patterns.ts";
import { Label, type Piece, read, written } from "./pieces.ts";
import { enter, jumpTo, withLabels } from "./statements.ts";
import { labelsText, Twin } from "./twins.ts";
import type { Variable } from "./variables.ts";

/** A loop's body, with where `break` and `continue` go. */
function lowerBody(l: Lowering, node: LoopNode, end: Label, next: Label): void {
  const nodes = withLabels(l, node);
  l.builder.inContexts(
    [
      { kind: "break", nodes, target: end },
      { kind: "continue", nodes, target: next },
    ],
    () => l.statement(node.body),
  );
}

function leaveUnless(l: Lowering, test: Node, end: Label): void {
  l.builder.code("if (!(", l.expression(test), ")) ", jumpTo(end));
}

export function lowerWhile(l: Lowering, node: acorn.WhileStatement): void {
  const head = new Label();
  const end = new Label();
  l.builder.label(head);
  if (Twin.isWorth(l, node.body, node.test)) {
    lowerTwin(l, node, ["while (", l.text.text(node.test), ") "], "");
    l.builder.jump(end);
  } else if (!isTrue(node.test)) leaveUnless(l, node.test, end);
  lowerBody(l, node, end, head);
  l.builder.jump(head);
  l.builder.label(end);
}

function isTrue(node: Node): boolean {
  return node.type === "Literal" && node.value === true;
}

export function lowerDoWhile(l: Lowering, node: acorn.DoWhileStatement): void {
  const head = new Label();
  const next = new Label();
  const end = new Label();
  l.builder.label(head);
  if (Twin.isWorth(l, node.body, node.test)) {
    lowerTwin(l, node, "do ", [" while (", l.text.text(node.test), ");"]);
    l.builder.jump(end);
  }
  lowerBody(l, node, end, next);
  l.builder.label(next);
  leaveUnless(l, node.test, end);
  l.builder.jump(head);
  l.builder.label(end);
}

/** Each round has boxes of its own, which begin with the values of the last. */
function renewBoxes(l: Lowering, node: acorn.ForStatement): void {
  for (const variable of boxesOf(l, node)) {
    l.builder.assign(variable, ["new $isles.Box(", read(variable), ".v)"]);
  }
}

function boxesOf(l: Lowering, node: acorn.ForStatement): Variable[] {
  if (node.init?.type !== "VariableDeclaration" || node.init.kind !== "let") return [];
  return l.analysis.localsOf(node).filter((variable) => variable.isBoxed);
}

export function lowerFor(l: Lowering, node: acorn.ForStatement): void {
  const head = new Label();
  const next = new Label();
  const end = new Label();
  enter(l, node);
  if (node.init?.type === "VariableDeclaration") l.statement(node.init);
  else if (node.init) l.builder.code(";(", l.expression(node.init), ");");
  renewBoxes(l, node);
  l.builder.label(head);
  if (Twin.isWorth(l, node.body, node.test, node.update)) {
    lowerTwin(l, node, forHead(l, node), "");
    l.builder.jump(end);
  } else if (node.test) leaveUnless(l, node.test, end);
  lowerBody(l, node, end, next);
  l.builder.label(next);
  renewBoxes(l, node);
  if (node.update) l.builder.code(";(", l.expression(node.update), ");");
  l.builder.jump(head);
  l.builder.label(end);
}

/** The loop itself, up to where it suspends. */
function lowerTwin(l: Lowering, node: LoopNode, head: Piece, tail: Piece): void {
  const labels = labelsText(withLabels(l, node), node);
  l.builder.native([labels, head, new Twin(l).text(node.body), tail], l.analysis.localsInside(node.body));
}

/** Boxes are renewed between rounds, as the language does. */
function forHead(l: Lowering, node: acorn.ForStatement): Piece {
  const steps: Piece[] = boxesOf(l, node).map((one) => [written(one), " = new $isles.Box(", read(one), ".v)"]);
  if (node.update) steps.push(l.text.text(node.update));
  return ["for (; ", node.test ? l.text.text(node.test) : "", "; ", joined(steps), ") "];
}

/** What a round begins with: fresh boxes, and the value in its place. */
function assignRound(l: Lowering, node: acorn.ForInStatement | acorn.ForOfStatement, value: Piece): void {
  enter(l, node);
  if (node.left.type !== "VariableDeclaration") return assignTarget(l, node.left, value, false);
  if (node.left.kind === "using" || node.left.kind === "await using") l.refuse(node.left, USING);
  assignTarget(l, node.left.declarations[0]!.id, value, true);
}

export function lowerForIn(l: Lowering, node: acorn.ForInStatement): void {
  const { builder } = l;
  const head = new Label();
  const end = new Label();
  enter(l, node);
  const cursor = builder.temporary();
  builder.assign(cursor, ["$isles.keys(", l.expression(node.right), ")"]);
  builder.label(head);
  builder.code("if (!", read(cursor), ".advance()) ", jumpTo(end));
  assignRound(l, node, [read(cursor), ".value"]);
  lowerBody(l, node, end, head);
  builder.jump(head);
  builder.label(end);
}

export function lowerForOf(l: Lowering, node: acorn.ForOfStatement): void {
  if (node.await) l.refuse(node, "`for await` in a process");
  const { builder } = l;
  const head = new Label();
  const end = new Label();
  const handler = new Label();
  const nodes = withLabels(l, node);
  enter(l, node);
  const cursor = builder.temporary();
  builder.assign(cursor, iterated(l, node.right));
  const { region } = builder;
  const leaving: Context[] = [
    { kind: "break", nodes, target: end },
    { kind: "close", cursor, region },
  ];
  builder.label(head);
  if (Twin.isWorth(l, node.body, node.left)) {
    // A cursor that fails closes nothing, so its advance can stand under the same handler.
    builder.inContexts(leaving, () => builder.inRegion({ handler }, () => lowerForOfTwin(l, node, cursor, end)));
  } else builder.code("if (!", read(cursor), ".advance()) ", jumpTo(end));
  builder.inContexts([...leaving, { kind: "continue", nodes, target: head }], () =>
    builder.inRegion({ handler }, () => {
      assignRound(l, node, [read(cursor), ".value"]);
      l.statement(node.body);
    }),
  );
  builder.jump(head);
  builder.label(handler, "handler");
  builder.code(read(cursor), ".abandon(); throw $$error;");
  builder.label(end);
}

function lowerForOfTwin(l: Lowering, node: acorn.ForOfStatement, cursor: Variable, end: Label): void {
  const { left } = node;
  const target = left.type === "VariableDeclaration" ? left.declarations[0]!.id : left;
  const value: Piece = [l.text.declared(target), " = ", read(cursor), ".value"];
  const round: Piece[] = [...l.text.entryText(node), target.type === "ObjectPattern" ? ["(", value, ")"] : value];
  const labels = labelsText(withLabels(l, node), node);
  const body: Piece = ["{ ", round.map((piece) => [";", piece, "; "]), new Twin(l).text(node.body), " }"];
  const inner = l.analysis.localsInside(node);
  l.builder.native([labels, "while (", read(cursor), ".advance()) ", body], inner);
  l.builder.jump(end);
}

const views = new Set(["entries", "keys", "values"]);

/** `map.entries()` and its like have no state that can be read, so their cursor is made from the map itself. */
function iterated(l: Lowering, node: acorn.Expression): Piece {
  const words = JSON.stringify(l.analysis.source.textOf(node));
  return viewed(l, node, "iterateView") ?? ["$isles.iterate(", l.expression(node), `, ${words})`];
}

/** `collection.entries()` and its like by `helper(collection, "entries", words)`; undefined for any other expression. */
export function viewed(l: Lowering, node: acorn.Expression, helper: "iterateView" | "delegateView"): Piece | undefined {
  const callee =
    node.type === "CallExpression" && node.arguments.length === 0 && !node.optional ? node.callee : undefined;
  if (callee?.type !== "MemberExpression" || callee.computed || callee.optional || callee.object.type === "Super") {
    return undefined;
  }
  const name = callee.property.type === "Identifier" ? callee.property.name : "";
  if (!views.has(name)) return undefined;
  const words = JSON.stringify(l.analysis.source.textOf(node));
  return [`$isles.${helper}(`, l.expression(callee.object), `, "${name}", ${words})`];
}
