import type * as acorn from "acorn";
import { isDecided, memberOf } from "./expressions.ts";
import type { Lowering } from "./lowering.ts";
import { isPattern, type Node } from "./nodes.ts";
import { assignPattern } from "./patterns.ts";
import { Label, type Piece, read } from "./pieces.ts";

/** Something that can be read and set while its parts stay as they were evaluated. */
export interface Place {
  readonly value: Piece;
  set(value: Piece): void;
}

/** Evaluates the parts of an assignment's target. */
export function placeOf(l: Lowering, node: Node): Place {
  if (node.type === "MemberExpression") {
    if (node.object.type === "Super") return l.refuse(node, "`super` with a yield");
    const { object, key } = memberOf(l, node, true);
    const value: Piece = [object, key];
    return { value, set: (piece) => l.builder.code(value, " = ", piece, ";") };
  }
  if (node.type !== "Identifier") return l.refuse(node, `a yield in an assignment to a ${node.type}`);
  return { value: readName(l, node), set: (piece) => setName(l, node, piece) };
}

function readName(l: Lowering, node: acorn.Identifier): Piece {
  const variable = l.analysis.uses.get(node);
  if (variable === undefined) return node.name;
  const value: Piece = variable.isBoxed ? [read(variable, node.start), ".v"] : read(variable, node.start);
  if (!l.analysis.unsure.has(node)) return value;
  return ["$isles.initialized(", value, `, ${JSON.stringify(variable.name)})`];
}

function setName(l: Lowering, node: acorn.Identifier, value: Piece): void {
  const variable = l.analysis.uses.get(node);
  if (variable === undefined) return l.builder.code(node.name, " = ", value, ";");
  if (l.analysis.violations.has(node)) {
    return l.builder.code(`$isles.readonly.${variable.name} = `, value, ";");
  }
  if (l.analysis.unsure.has(node)) {
    const kept = l.builder.keep(value);
    l.builder.code(readName(l, node), ";");
    return setNow(l, node, kept);
  }
  setNow(l, node, value);
}

function setNow(l: Lowering, node: acorn.Identifier, value: Piece): void {
  const variable = l.analysis.uses.get(node)!;
  if (variable.isBoxed) l.builder.code(read(variable, node.start), ".v = ", value, ";");
  else l.builder.assign(variable, value, node.start);
}

export function lowerAssignment(l: Lowering, node: acorn.AssignmentExpression): Piece {
  if (isPattern(node.left)) {
    const value = l.builder.keep(l.expression(node.right));
    assignPattern(l, node.left, value, false);
    return value;
  }
  if (node.operator === "||=" || node.operator === "&&=" || node.operator === "??=")
    return lowerLogicalAssignment(l, node);
  const place = placeOf(l, node.left);
  if (node.operator === "=") {
    const value = l.builder.keep(l.expression(node.right));
    place.set(value);
    return value;
  }
  const before = l.builder.keep(place.value);
  const value = l.builder.keep([before, ` ${node.operator.slice(0, -1)} `, l.expression(node.right)]);
  place.set(value);
  return value;
}

/** An assignment whose value nobody uses. False if it takes more than that. */
export function lowerPlainAssignment(l: Lowering, node: acorn.AssignmentExpression): boolean {
  if (node.operator !== "=" || isPattern(node.left)) return false;
  const place = placeOf(l, node.left);
  place.set(l.expression(node.right));
  return true;
}

function lowerLogicalAssignment(l: Lowering, node: acorn.AssignmentExpression): Piece {
  const place = placeOf(l, node.left);
  const result = l.builder.temporary();
  const end = new Label();
  l.builder.assign(result, place.value);
  l.builder.code("if (", isDecided(node.operator, read(result)), ") ", { kind: "jump", target: end });
  l.builder.assign(result, l.expression(node.right));
  place.set(read(result));
  l.builder.label(end);
  return read(result);
}

/** `a[yield]++` */
export function lowerUpdate(l: Lowering, node: acorn.UpdateExpression): Piece {
  const place = placeOf(l, node.argument);
  if (node.prefix) return [node.operator, place.value];
  return [place.value, node.operator];
}
