import { IslesError } from "@isles/base";

/**
 * A travelling value: the value with each reference and each rich value replaced by a placeholder, and the list of
 * placeholders. Structured clone keeps identity inside one message, so the receiver recognises a placeholder by
 * identity and no property name is reserved.
 */
export interface Packed {
  readonly value: unknown;
  /** Absent when nothing was replaced, which is the common case and costs no walk on arrival. */
  readonly references?: readonly Reference[];
}

export interface Reference {
  readonly placeholder: object;
  readonly description: unknown;
  /** What wire itself makes of the description; absent: it is the codec's. */
  readonly type?: RichType;
}

/** What structured clone empties or strips, so that wire carries it: an error loses its class, a URL everything. */
export type RichType = (typeof richTypes)[number];
const richTypes = ["Error", "URL", "URLSearchParams"] as const;

/** The packed value, if that is what it is; it came from elsewhere and may be anything. */
export function checkPacked(packed: unknown): Packed {
  if (!isObject(packed) || !Object.hasOwn(packed, "value")) throw malformed("not a packed value");
  const { references } = packed as Partial<Packed>;
  if (references === undefined) return packed as Packed;
  if (!Array.isArray(references)) throw malformed("its references are no list");
  for (let i = 0; i < references.length; i++) {
    if (!isReference(references[i])) throw malformed(`references[${i}] is no reference`);
  }
  return packed as Packed;
}

function isReference(value: unknown): value is Reference {
  if (!isObject(value)) return false;
  const { placeholder, type } = value as Partial<Reference>;
  return isObject(placeholder) && (type === undefined || richTypes.includes(type));
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

export function malformed(what: string, options?: ErrorOptions): IslesError {
  return new IslesError(
    "MALFORMED",
    `a value from another site is malformed: ${what}; both sites must run the same version of Isles`,
    options,
  );
}
