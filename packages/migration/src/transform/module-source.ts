import { SourceMap } from "node:module";
import * as acorn from "acorn";
import { MigrationError } from "../errors.ts";
import { childrenOf, type Node } from "./nodes.ts";

/** A module's text and its syntax tree. */
export class ModuleSource {
  readonly text: string;
  readonly url: string;
  readonly tree: acorn.Program;
  /** Where tokens begin, in order: the places that a source map can name. */
  readonly tokens: readonly acorn.Token[];
  readonly #parents = new Map<Node, Node>();
  readonly #lines: number[] = [0];
  readonly #map: SourceMap | undefined;

  /** `map`: as JSON, from this text to what somebody wrote. */
  constructor(text: string, url: string, map?: string) {
    this.#map = map === undefined ? undefined : new SourceMap(JSON.parse(map) as SourceMap["payload"]);
    this.text = text;
    this.url = url;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#lines.push(at + 1);
    const tokens: acorn.Token[] = [];
    this.tree = parse(text, url, tokens);
    this.tokens = tokens;
    const left: Node[] = [this.tree];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      for (const child of childrenOf(node)) {
        this.#parents.set(child, node);
        left.push(child);
      }
    }
  }

  parentOf(node: Node): Node | undefined {
    return this.#parents.get(node);
  }

  /** Line from 1, column from 0. */
  position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lines[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lines[low]! };
  }

  /** `file:line:column` in what somebody wrote, columns from 1 as editors count. */
  place(offset: number): string {
    const { line, column } = this.position(offset);
    const found = this.#map?.findEntry(line - 1, column);
    if (found !== undefined && "originalLine" in found) {
      const file = URL.canParse(found.originalSource, this.url)
        ? new URL(found.originalSource, this.url).href
        : this.url;
      return `${file}:${found.originalLine + 1}:${found.originalColumn + 1}`;
    }
    return `${this.url}:${line}:${column + 1}`;
  }

  textOf(node: { start: number; end: number }): string {
    return this.text.slice(node.start, node.end);
  }

  /** The index of the first token at or after `offset`. */
  tokenAt(offset: number): number {
    let low = 0;
    let high = this.tokens.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tokens[middle]!.start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function parse(text: string, url: string, tokens: acorn.Token[]): acorn.Program {
  try {
    return acorn.parse(text, {
      ecmaVersion: "latest",
      sourceType: "module",
      allowHashBang: true,
      ranges: true, // for the scope analysis
      allowAwaitOutsideFunction: true,
      onToken: tokens,
    });
  } catch (cause) {
    const at = (cause as { loc?: { line: number; column: number } }).loc;
    const where = at === undefined ? url : `${url}:${at.line}:${at.column + 1}`;
    throw new MigrationError(
      where,
      `this cannot be parsed as a JavaScript module (${(cause as Error).message}); types have to be stripped before`,
      { cause },
    );
  }
}
