import type { Lowering } from "./lowering.ts";
import type { LoopNode, Node } from "./nodes.ts";
import type { Piece } from "./pieces.ts";

/**
 * A loop that seldom suspends runs as a loop of the language up to the statement that does, and only from there through
 * the dispatch of blocks until the round is over: its twin. Without it, every round would go through the dispatch.
 */
export class Twin {
  readonly #l: Lowering;

  constructor(l: Lowering) {
    this.#l = l;
  }

  /** Whether a round can end without suspending. */
  static isWorth(l: Lowering, body: Node, ...heads: readonly (Node | null | undefined)[]): boolean {
    return !heads.some((head) => l.suspends(head)) && canPass(l, body);
  }

  /** A statement, with jumps to where it suspends. */
  text(node: Node): Piece {
    const { analysis, text } = this.#l;
    if (!analysis.lowered.has(node)) return text.text(node);
    if (node.type === "BlockStatement") return this.#block(node.body, text.entryText(node));
    if (node.type === "IfStatement" && !this.#l.suspends(node.test)) {
      const otherwise: Piece = node.alternate ? [" else ", this.text(node.alternate)] : "";
      return ["if (", text.text(node.test), ") ", this.text(node.consequent), otherwise];
    }
    return { kind: "jump", target: this.#l.entryOf(node) };
  }

  #block(statements: readonly Node[], entry: readonly Piece[]): Piece {
    const pieces: Piece[] = ["{ ", entry.map((piece) => [piece, "; "])];
    for (const statement of statements) {
      pieces.push(this.text(statement), "\n");
      if (!canPass(this.#l, statement)) break; // what follows is done after it
    }
    return [...pieces, "}"];
  }
}

function canPass(l: Lowering, node: Node): boolean {
  if (!l.analysis.lowered.has(node)) return true;
  if (node.type === "BlockStatement") return node.body.every((one) => canPass(l, one));
  if (node.type !== "IfStatement" || l.suspends(node.test)) return false;
  return canPass(l, node.consequent) || node.alternate == null || canPass(l, node.alternate);
}

/** The labels that a loop's own `break` and `continue` may name. */
export function labelsText(labels: Iterable<Node>, loop: LoopNode): string {
  return [...labels]
    .filter((one) => one !== loop)
    .map((one) => (one.type === "LabeledStatement" ? `${one.label.name}: ` : ""))
    .join("");
}
