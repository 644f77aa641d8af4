import { addSegment, type EncodedSourceMap, GenMapping, setSourceContent, toEncodedMap } from "@jridgewell/gen-mapping";
import type { ModuleSource } from "./module-source.ts";
import { isPieces, type Piece } from "./pieces.ts";

/** Prints pieces, and writes down where each token of the program's text went. */
export class Printer {
  readonly #source: ModuleSource;
  readonly #mapping: GenMapping;
  readonly #parts: string[] = [];
  #line = 0;
  #column = 0;

  constructor(source: ModuleSource) {
    this.#source = source;
    this.#mapping = new GenMapping({ file: source.url });
    setSourceContent(this.#mapping, source.url, source.text);
  }

  print(piece: Piece): void {
    if (typeof piece === "string") return this.#text(piece);
    if (isPieces(piece)) {
      for (const part of piece) this.print(part);
      return;
    }
    if (piece.kind === "slice") return this.#slice(piece.start, piece.end);
    if (piece.kind !== "use") throw new Error("a jump that was not resolved");
    if (piece.at >= 0) this.#map(piece.at, piece.variable.name);
    this.#text(piece.variable.id);
  }

  finish(): { code: string; map: EncodedSourceMap } {
    return { code: this.#parts.join(""), map: toEncodedMap(this.#mapping) };
  }

  #slice(start: number, end: number): void {
    const { text, tokens } = this.#source;
    this.#map(start);
    let at = start;
    for (let index = this.#source.tokenAt(start); index < tokens.length; index++) {
      const token = tokens[index]!;
      if (token.start >= end) break;
      this.#text(text.slice(at, token.start));
      at = token.start;
      this.#map(at);
    }
    this.#text(text.slice(at, end));
  }

  #map(offset: number, name?: string): void {
    const { line, column } = this.#source.position(offset);
    if (name === undefined) addSegment(this.#mapping, this.#line, this.#column, this.#source.url, line - 1, column);
    else addSegment(this.#mapping, this.#line, this.#column, this.#source.url, line - 1, column, name);
  }

  #text(text: string): void {
    this.#parts.push(text);
    let last = -1;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      this.#line++;
      last = at;
    }
    this.#column = last < 0 ? this.#column + text.length : text.length - last - 1;
  }
}
