import type { Piece } from "./pieces.ts";

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly piece: Piece;
}

/** A stretch of the program's text with some parts replaced. */
export class Edits {
  readonly #edits: Edit[] = [];

  replace(node: { start: number; end: number }, piece: Piece): void {
    this.#edits.push({ start: node.start, end: node.end, piece });
  }

  insert(at: number, piece: Piece): void {
    this.#edits.push({ start: at, end: at, piece });
  }

  /** The text from `start` to `end`, edited. */
  apply(start: number, end: number): Piece {
    const pieces: Piece[] = [];
    let at = start;
    // Stable: of two insertions at one place, the first stays first.
    for (const edit of this.#edits.sort((a, b) => a.start - b.start || a.end - b.end)) {
      if (edit.start > at) pieces.push({ kind: "slice", start: at, end: edit.start });
      pieces.push(edit.piece);
      at = edit.end;
    }
    if (end > at) pieces.push({ kind: "slice", start: at, end });
    return pieces.length === 1 ? pieces[0]! : pieces;
  }
}
