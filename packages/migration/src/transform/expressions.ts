import type * as acorn from "acorn";
import { viewed } from "./loops.ts";
import { joined, type Lowering } from "./lowering.ts";
import { Label, type Piece, read } from "./pieces.ts";
import { isNamedByKey, ownKey } from "./properties.ts";

export function lowerYield(l: Lowering, node: acorn.YieldExpression): Piece {
  const { argument, delegate } = node;
  const view = argument && delegate ? viewed(l, argument, "delegateView") : undefined;
  const value = view ?? (argument ? l.expression(argument) : "undefined");
  l.builder.suspend(delegate ? "delegate" : "yield", value, node);
  return "$$value";
}

export function lowerBinary(l: Lowering, node: acorn.BinaryExpression): Piece {
  if (node.left.type === "PrivateIdentifier") {
    return ["(", `#${node.left.name} in `, l.expression(node.right), ")"];
  }
  const left = l.before(node.left, node.right);
  return ["(", left, ` ${node.operator} `, l.expression(node.right), ")"];
}

/** The test of a short-circuit operator: whether its left side is the result. */
export function isDecided(operator: string, value: Piece): Piece {
  if (operator.startsWith("&&")) return ["!", value];
  return operator.startsWith("||") ? value : [value, " != null"];
}

export function lowerLogical(l: Lowering, node: acorn.LogicalExpression): Piece {
  const { builder } = l;
  const result = builder.temporary();
  const end = new Label();
  builder.assign(result, l.expression(node.left));
  builder.code("if (", isDecided(node.operator, read(result)), ") ", { kind: "jump", target: end });
  builder.assign(result, l.expression(node.right));
  builder.label(end);
  return read(result);
}

export function lowerConditional(l: Lowering, node: acorn.ConditionalExpression): Piece {
  const { builder } = l;
  const result = builder.temporary();
  const otherwise = new Label();
  const end = new Label();
  builder.code("if (!(", l.expression(node.test), ")) ", { kind: "jump", target: otherwise });
  builder.assign(result, l.expression(node.consequent));
  builder.jump(end);
  builder.label(otherwise);
  builder.assign(result, l.expression(node.alternate));
  builder.label(end);
  return read(result);
}

export function lowerSequence(l: Lowering, node: acorn.SequenceExpression): Piece {
  const values = [...node.expressions];
  const last = values.pop()!;
  for (const value of values) l.builder.code(";(", l.expression(value), ");");
  return ["(0, ", l.expression(last), ")"]; // a method that comes out of a sequence has lost its object
}

export function lowerArray(l: Lowering, node: acorn.ArrayExpression): Piece {
  const items = l.list(node.elements);
  // A hole at the end needs a comma of its own.
  return ["[", joined(items), node.elements.at(-1) === null ? ",]" : "]"];
}

export function lowerTemplate(l: Lowering, node: acorn.TemplateLiteral): Piece {
  const last = node.expressions.findLastIndex((one) => l.suspends(one));
  const pieces: Piece[] = ["`"];
  node.quasis.forEach((quasi, index) => {
    pieces.push({ kind: "slice", start: quasi.start, end: quasi.end });
    const value = node.expressions[index];
    if (value === undefined) return;
    // Each value becomes text before the next is evaluated.
    const text: Piece = index < last ? l.builder.keep(["`${", l.expression(value), "}`"]) : l.expression(value);
    pieces.push("${", text, "}");
  });
  return [...pieces, "`"];
}

export function lowerMember(l: Lowering, node: acorn.MemberExpression): Piece {
  if (node.object.type === "Super") return l.refuse(node, "`super` with a yield");
  const { object, key } = memberOf(l, node);
  return [object, key];
}

/** An object and its key as they stand in `object[key]`; with `isKept`, both safe from what runs next. */
export function memberOf(
  l: Lowering,
  node: acorn.MemberExpression,
  isKept = false,
): { readonly object: Piece; readonly key: Piece } {
  const object = isKept ? l.save(node.object) : ["(", l.before(node.object, node.computed ? node.property : null), ")"];
  if (!node.computed) return { object, key: [".", l.analysis.source.textOf(node.property)] };
  const key = isKept ? l.save(node.property) : l.expression(node.property);
  return { object, key: ["[", key, "]"] };
}

export function lowerObject(l: Lowering, node: acorn.ObjectExpression): Piece {
  const last = node.properties.findLastIndex((one) => l.suspends(one));
  const parts = node.properties.map((one, index) => lowerProperty(l, one, index < last));
  return l.compiler.literal(node, parts);
}

/** One property; with `isKept`, whatever it evaluates is done when this returns. */
function lowerProperty(l: Lowering, property: acorn.Property | acorn.SpreadElement, isKept: boolean): Piece {
  if (property.type === "SpreadElement") {
    const value = l.expression(property.argument);
    return ["...", isKept ? l.builder.keep(["{ ...", value, " }"]) : value];
  }
  if (isNamedByKey(property)) {
    const isEarly = property.computed && (isKept || l.suspends(property.key));
    return l.compiler.keyed(property, l.text, isEarly ? l.builder.keep(keyValue(l, property)) : null);
  }
  if (property.shorthand) {
    const value = isKept ? l.save(property.value) : l.atom(property.value);
    return [ownKey(property, l.analysis.source), ": ", value];
  }
  const key = keyOf(l, property, isKept);
  return [key, ": ", isKept ? l.save(property.value) : l.expression(property.value)];
}

function keyOf(l: Lowering, property: acorn.Property, isKept: boolean): Piece {
  if (!property.computed) return l.analysis.source.textOf(property.key);
  const key = keyValue(l, property);
  return ["[", isKept || l.suspends(property.value) ? l.builder.keep(key) : key, "]"];
}

function keyValue(l: Lowering, property: acorn.Property): Piece {
  return ["$isles.key(", l.expression(property.key), ")"];
}
