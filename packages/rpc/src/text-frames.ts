import { IslesError } from "@isles/base";

/**
 * Frames are text wherever that is possible, because a string is by far the cheapest message between threads: a letter for
 * the kind, then fields. Numbers are decimal and end in `;`, strings are preceded by their length.
 */
export const Kind = {
  Call: "C",
  Reply: "R",
  Failure: "E",
  Cancel: "X",
  /** The caller has seen the reply of a call whose result was a reference: no more calls will be pipelined on it. */
  Finish: "F",
  Release: "D",
  /** The sender passes a reference of the receiver's on to a third endpoint. */
  Share: "H",
  /** An AbortSignal that travelled has been aborted. */
  Abort: "S",
  /** What are you waiting for? Answered at once, in whatever state: the deadlock analysis asks. */
  Ask: "Q",
  Answer: "A",
  /** A message of a Comlink endpoint. */
  Post: "P",
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

const MALFORMED = "MALFORMED";

/** Whether what came does not follow the protocol; so does `unpack` of @isles/wire say it. */
export function isMalformed(error: unknown): boolean {
  return error instanceof IslesError && error.code === MALFORMED;
}

/** What came does not follow the protocol. Counted and dropped; the session goes on. */
export class MalformedError extends IslesError {
  constructor(what: string) {
    super(MALFORMED, `malformed message: ${what}`);
  }
}

/** Fields of a frame. */
export function textField(text: string): string {
  return `${text.length};${text}`;
}

const SEMICOLON = 59;
const ZERO = 48;
const MAX_DIGITS = 16;

/** Reads fields off a text, from the left. Throws MalformedError, never anything else. */
export class TextReader {
  readonly text: string;
  at: number;
  end: number;

  constructor(text: string, at = 0, end: number = text.length) {
    this.text = text;
    this.at = at;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.at >= this.end;
  }

  letter(): string {
    if (this.at >= this.end) throw new MalformedError("cut short");
    return this.text[this.at++]!;
  }

  /** A whole number, 0 or more. */
  count(): number {
    const { text } = this;
    let value = 0;
    for (let at = this.at; at < this.end && at - this.at <= MAX_DIGITS; at++) {
      const code = text.charCodeAt(at);
      if (code === SEMICOLON && at > this.at) {
        this.at = at + 1;
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
      if (code < ZERO || code > ZERO + 9) break;
      value = value * 10 + (code - ZERO);
    }
    throw new MalformedError("a number is missing");
  }

  /** Characters up to the next `;`. */
  untilSemicolon(): string {
    const at = this.text.indexOf(";", this.at);
    if (at < 0 || at >= this.end) throw new MalformedError("a field does not end");
    const field = this.text.slice(this.at, at);
    this.at = at + 1;
    return field;
  }

  string(): string {
    const length = this.count();
    if (length > this.end - this.at) throw new MalformedError("a string is cut short");
    this.at += length;
    return this.text.slice(this.at - length, this.at);
  }
}
