import { types } from "node:util";
import { LimitError } from "@isles/base";
import type { ErrorClasses } from "./error-classes.ts";
import { isError, isLeaf, nameOf, setOwn } from "./objects.ts";
import type { Packed, Reference } from "./packed.ts";
import { Survey, type SurveyCodec } from "./survey.ts";
import type { WireError } from "./wire-error.ts";

/** Errors within errors, level by level: each takes several levels of structured clone's recursion. */
const MAX_LEVELS = 16;
/** Errors that one error may bring along, so that lists of lists of errors end. */
const MAX_NESTED = 4_000;
/** Errors of one AggregateError. */
const MAX_LISTED = 1_000;
/** Characters of what travels in words: a function's text may be long, and it only helps the reader. */
const MAX_WORDS = 1_000;

/** An error's properties are a report, not capabilities: nothing in them becomes a reference. */
const noReferences: SurveyCodec = { describe: () => undefined };

/** Encodes the errors of one message. */
export class ErrorEncoding {
  readonly #classes: ErrorClasses;
  readonly #done = new Map<object, WireError>();
  #level = 0;
  #nested = 0;

  constructor(classes: ErrorClasses) {
    this.#classes = classes;
  }

  /** Never throws. */
  encode(error: unknown): WireError {
    this.#level = 0;
    this.#nested = 0;
    try {
      return isError(error) ? this.#error(error) : this.#thrown(error);
    } catch (hidden) {
      return this.#thrown(`a value that cannot be looked at (${words(hidden)})`);
    }
  }

  #error(error: Error): WireError {
    const done = this.#done.get(error);
    if (done !== undefined) return done;
    if (this.#level > MAX_LEVELS) throw new LimitError(`errors within errors are cut after ${MAX_LEVELS} levels`);
    if (this.#nested > MAX_NESTED) throw new LimitError(`errors within one error are cut after ${MAX_NESTED}`);
    this.#nested++;
    const name = words(read(error, "name"));
    const message = words(read(error, "message"));
    const wire: Unfinished = { class: this.#classes.nameFor(error), name, message, properties: {} };
    this.#done.set(error, wire);
    this.#level++;
    try {
      this.#fill(wire, error);
    } finally {
      this.#level--;
    }
    return wire;
  }

  #fill(wire: Unfinished, error: Error): void {
    const stack = read(error, "stack");
    if (typeof stack === "string") wire.stack = stack;
    const code = read(error, "code");
    if (typeof code === "string" || typeof code === "number") wire.code = code;
    const cause = read(error, "cause");
    if (cause !== undefined) wire.cause = this.#portable(cause, "cause");
    const fields = new Set(["name", "message", "stack", "cause"]);
    if (error instanceof AggregateError) {
      fields.add("errors");
      wire.errors = this.#list(read(error, "errors"));
    }
    for (const key of Object.keys(error)) {
      if (!fields.has(key)) setOwn(wire.properties, key, this.#portable(read(error, key), key));
    }
  }

  #list(errors: unknown): Packed[] {
    if (!Array.isArray(errors)) return [this.#portable(errors, "errors")];
    const list = errors.slice(0, MAX_LISTED).map((error, i) => this.#portable(error, `errors[${i}]`));
    const more = errors.length - list.length;
    if (more > 0) list.push({ value: `${more} more errors, cut after ${MAX_LISTED}` });
    return list;
  }

  #thrown(thrown: unknown): WireError {
    const message = words(thrown);
    return { class: "Error", name: "Error", message, properties: {}, thrown: this.#portable(thrown, "thrown") };
  }

  /** A value that travels, for certain: what cannot, does so in words. */
  #portable(value: unknown, path: string): Packed {
    if (isLeaf(value)) return { value };
    try {
      const survey = new Survey({ codec: noReferences, describeError: (error) => this.#error(error) });
      return snapshot(survey.pack(value, path));
    } catch (refusal) {
      // Better the words than nothing: this is about reporting another error. Functions and errors have words of their own.
      const hasWords = typeof value !== "object" || (!types.isProxy(value) && isError(value));
      return { value: words(hasWords ? value : refusal) };
    }
  }
}

type Unfinished = { -readonly [K in keyof WireError]: WireError[K] };

/** The value as it is now, cloned without the descriptions: an error that is being encoded may be among them. */
function snapshot({ value, references }: Packed): Packed {
  const clone = structuredClone({ value, placeholders: references?.map(({ placeholder }) => placeholder) });
  if (references === undefined) return { value: clone.value };
  return {
    value: clone.value,
    references: references.map((one, i): Reference => ({ ...one, placeholder: clone.placeholders![i]! })),
  };
}

/** A property whose getter may throw. */
function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch (error) {
    return `unreadable (${words(error)})`;
  }
}

/** Any value in words; not even a hostile one throws here. */
function words(value: unknown): string {
  try {
    return (isError(value) ? `${value.name}: ${value.message}` : String(value)).slice(0, MAX_WORDS);
  } catch {
    return nameless(value); // it has no text, so its kind must do
  }
}

function nameless(value: unknown): string {
  try {
    return nameOf(value as object);
  } catch {
    return "a value that throws when it is looked at"; // a hostile proxy
  }
}
