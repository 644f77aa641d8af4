import type * as acorn from "acorn";
import { joined, type Lowering } from "./lowering.ts";
import type { Node } from "./nodes.ts";
import { Label, type Piece, read, written } from "./pieces.ts";
import type { Variable } from "./variables.ts";

/** A function to call, its `this` if it is a method, and its words for errors. */
interface Callee {
  readonly value: Piece;
  readonly self: Piece | null;
}

function calleeOf(l: Lowering, node: acorn.Expression | acorn.Super): Callee {
  if (node.type === "MemberExpression" && node.object.type !== "Super") {
    const object = l.save(node.object);
    const key: Piece = node.computed
      ? ["[", l.expression(node.property), "]"]
      : [".", l.analysis.source.textOf(node.property)];
    return { value: l.builder.keep([object, key]), self: object };
  }
  return { value: l.save(node), self: null };
}

/** A call as text: of a method with the object that it was read from. */
function called(l: Lowering, callee: Callee, items: readonly Piece[], node: Node): Piece {
  const words = JSON.stringify(l.analysis.source.textOf(node));
  return ["$isles.call(", callee.value, ", ", callee.self ?? "undefined", ", [", joined(items), "], ", words, ")"];
}

export function lowerCall(l: Lowering, node: acorn.CallExpression): Piece {
  if (!node.arguments.some((one) => l.suspends(one))) {
    // Only the callee suspends: what is left of it can be called as it stands.
    if (node.callee.type === "Super") return l.refuse(node, "`super` with a yield");
    return [l.expression(node.callee), "(", joined(l.list(node.arguments)), ")"];
  }
  const callee = calleeOf(l, node.callee);
  return called(l, callee, l.list(node.arguments), node.callee);
}

export function lowerNew(l: Lowering, node: acorn.NewExpression): Piece {
  const callee = l.before(node.callee, ...node.arguments);
  const words = JSON.stringify(l.analysis.source.textOf(node.callee));
  return ["$isles.construct(", callee, ", [", joined(l.list(node.arguments)), "], ", words, ")"];
}

export function lowerTagged(l: Lowering, node: acorn.TaggedTemplateExpression): Piece {
  const callee = calleeOf(l, node.tag);
  const template = l.compiler.template(node.quasi);
  return called(l, callee, [template, ...l.list(node.quasi.expressions)], node.tag);
}

/** `a?.[yield b]`: each link is read in turn, and a missing one ends the chain. */
export function lowerChain(l: Lowering, node: acorn.ChainExpression): Piece {
  return chained(l, node, "", "undefined");
}

/** `delete a?.[yield b]` */
export function lowerDeleteChain(l: Lowering, node: acorn.ChainExpression): Piece {
  return chained(l, node, "delete ", "true");
}

function chained(l: Lowering, node: acorn.ChainExpression, operator: string, missing: string): Piece {
  const result = l.builder.temporary();
  const end = new Label();
  l.builder.assign(result, [operator, new Chain(l, result, end, missing).link(node.expression)]);
  l.builder.label(end);
  return read(result);
}

class Chain {
  readonly #l: Lowering;
  readonly #result: Variable;
  readonly #end: Label;
  /** The result if a link is missing. */
  readonly #missing: string;

  constructor(l: Lowering, result: Variable, end: Label, missing: string) {
    this.#l = l;
    this.#result = result;
    this.#end = end;
    this.#missing = missing;
  }

  link(node: acorn.Expression | acorn.Super): Piece {
    if (node.type === "MemberExpression") return this.#member(node).value;
    if (node.type === "CallExpression") return this.#call(node);
    return this.#l.expression(node);
  }

  #member(node: acorn.MemberExpression): Callee {
    const object = this.#l.builder.keep(this.link(node.object));
    if (node.optional) this.#stopIfMissing(object);
    const { property } = node;
    if (!node.computed) return { value: [object, ".", this.#l.analysis.source.textOf(property)], self: object };
    return { value: [object, "[", this.#l.expression(property), "]"], self: object };
  }

  #call(node: acorn.CallExpression): Piece {
    const { callee } = node;
    const found = callee.type === "MemberExpression" ? this.#member(callee) : { value: this.link(callee), self: null };
    const kept = { value: this.#l.builder.keep(found.value), self: found.self };
    if (node.optional) this.#stopIfMissing(kept.value);
    return called(this.#l, kept, this.#l.list(node.arguments), callee);
  }

  #stopIfMissing(value: Piece): void {
    const { builder } = this.#l;
    builder.code(
      "if (",
      value,
      " == null) { ",
      written(this.#result),
      ` = ${this.#missing}; `,
      { kind: "jump", target: this.#end },
      " }",
    );
  }
}
