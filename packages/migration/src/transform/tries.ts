import type * as acorn from "acorn";
import type { FinallyContext, Goal } from "./builder.ts";
import type { Lowering } from "./lowering.ts";
import { assignTarget } from "./patterns.ts";
import { Label, read } from "./pieces.ts";
import { enter } from "./statements.ts";

const NORMAL = 0;
const THROWN = -1;

export function lowerTry(l: Lowering, node: acorn.TryStatement): void {
  const { finalizer } = node;
  if (finalizer) lowerFinally(l, node, finalizer);
  else if (node.handler) lowerCatch(l, node.block, node.handler);
}

function lowerCatch(l: Lowering, block: acorn.BlockStatement, clause: acorn.CatchClause): void {
  const { builder } = l;
  const handler = new Label();
  const end = new Label();
  builder.inRegion({ handler }, () => l.statement(block));
  builder.jump(end);
  builder.label(handler, "handler");
  enter(l, clause);
  if (clause.param) assignTarget(l, clause.param, builder.keep("$$error"), true);
  l.statement(clause.body);
  builder.label(end);
}

/** Whatever leaves the block says how it goes on, runs the finalizer, and then goes on so. */
function lowerFinally(l: Lowering, node: acorn.TryStatement, finalizer: acorn.BlockStatement): void {
  const { builder } = l;
  const handler = new Label();
  const context: FinallyContext = {
    kind: "finally",
    completion: builder.temporary(),
    value: builder.temporary(),
    entry: new Label(),
    exits: [],
  };
  // So that nothing from an earlier time through here is taken along.
  builder.assign(context.completion, String(NORMAL));
  builder.assign(context.value, "undefined");
  builder.inContexts([context], () =>
    builder.inRegion({ handler }, () => {
      if (node.handler) lowerCatch(l, node.block, node.handler);
      else l.statement(node.block);
    }),
  );
  builder.assign(context.completion, String(NORMAL));
  builder.assign(context.value, "undefined");
  builder.jump(context.entry);
  builder.label(handler, "handler");
  builder.assign(context.completion, String(THROWN));
  builder.assign(context.value, "$$error");
  builder.label(context.entry);
  l.statement(finalizer);
  builder.code("if (", read(context.completion), ` === ${THROWN}) throw `, read(context.value), ";");
  context.exits.forEach((goal, index) => {
    builder.code("if (", read(context.completion), ` === ${index + 1}) { `, ...exitPieces(l, goal, context), " }");
  });
}

function exitPieces(l: Lowering, goal: Goal, context: FinallyContext) {
  const leave = l.builder.leave(goal);
  return goal.kind === "return" ? ["$$value = ", read(context.value), "; ", leave] : [leave];
}
