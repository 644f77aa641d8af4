import type * as acorn from "acorn";
import { placeOf } from "./assignments.ts";
import type { Lowering } from "./lowering.ts";
import type { Node } from "./nodes.ts";
import { Label, type Piece, read } from "./pieces.ts";

/** Gives a value to a target: a name, a property, or a pattern of them. */
export function assignTarget(l: Lowering, target: Node, value: Piece, isDeclared: boolean): void {
  if (target.type === "Identifier") {
    const variable = l.analysis.uses.get(target);
    if (!isDeclared || variable === undefined) return placeOf(l, target).set(value);
    if (variable.isBoxed) return l.builder.code(read(variable, target.start), ".v = ", value, ";");
    return l.builder.assign(variable, value, target.start);
  }
  if (l.suspends(target)) return assignPattern(l, target, l.builder.keep(value), isDeclared);
  const defines = l.analysis.localsInPattern(target).filter((one) => !one.isBoxed);
  l.builder.define(defines, ";(", l.text.text(target), " = ", value, ");");
}

/** A pattern or property that may suspend; `value` can be read more than once. */
export function assignPattern(l: Lowering, target: Node, value: Piece, isDeclared: boolean): void {
  if (!l.suspends(target)) return assignTarget(l, target, value, isDeclared);
  if (target.type === "ObjectPattern") return assignObject(l, target, value, isDeclared);
  if (target.type === "ArrayPattern") return assignArray(l, target, value, isDeclared);
  placeOf(l, target).set(value);
}

/** Evaluates a property target's parts now; what it gets comes later. */
function prepared(l: Lowering, target: Node, isDeclared: boolean): (value: Piece) => void {
  if (target.type !== "MemberExpression") return (value) => assignTarget(l, target, value, isDeclared);
  const place = placeOf(l, target);
  return (value) => place.set(value);
}

/** A pattern's element: its target, and its default if the value is missing. */
function assignElement(l: Lowering, element: Node, take: () => Piece, isDeclared: boolean): void {
  if (element.type !== "AssignmentPattern") {
    const set = prepared(l, element, isDeclared);
    return set(take());
  }
  const set = prepared(l, element.left, isDeclared);
  const result = l.builder.temporary();
  const end = new Label();
  l.builder.assign(result, take());
  l.builder.code("if (", read(result), " !== undefined) ", { kind: "jump", target: end });
  l.builder.assign(result, l.expression(element.right));
  l.builder.label(end);
  set(read(result));
}

function assignObject(l: Lowering, pattern: acorn.ObjectPattern, value: Piece, isDeclared: boolean): void {
  const hasRest = pattern.properties.at(-1)?.type === "RestElement";
  const taken: Piece[] = [];
  l.builder.code("$isles.requireObject(", value, ");");
  for (const property of pattern.properties) {
    if (property.type === "RestElement") {
      const set = prepared(l, property.argument, isDeclared);
      set(["$isles.rest(", value, ", [", taken.map((key) => [key, ", "]), "])"]);
      continue;
    }
    const { key, computed } = property;
    let name: Piece;
    if (computed) name = l.builder.keep(["$isles.key(", l.expression(key), ")"]);
    else name = key.type === "Identifier" ? JSON.stringify(key.name) : l.analysis.source.textOf(key);
    if (hasRest) taken.push(computed ? name : ["String(", name, ")"]);
    assignElement(l, property.value, () => [value, "[", name, "]"], isDeclared);
  }
}

/** By an explicit cursor, which is closed unless it ended or failed itself. */
function assignArray(l: Lowering, pattern: acorn.ArrayPattern, value: Piece, isDeclared: boolean): void {
  const { builder } = l;
  const cursor = builder.temporary();
  const handler = new Label();
  const end = new Label();
  builder.assign(cursor, ["$isles.taking(", value, ")"]);
  const region = builder.region;
  builder.inContexts([{ kind: "close", cursor, region }], () =>
    builder.inRegion({ handler }, () => {
      for (const element of pattern.elements) {
        if (element === null) builder.code(read(cursor), ".take();");
        else if (element.type === "RestElement") {
          const set = prepared(l, element.argument, isDeclared);
          set([read(cursor), ".rest()"]);
        } else assignElement(l, element, () => [read(cursor), ".take()"], isDeclared);
      }
    }),
  );
  builder.code(read(cursor), ".close();");
  builder.jump(end);
  builder.label(handler, "handler");
  builder.code(read(cursor), ".abandon(); throw $$error;");
  builder.label(end);
}
