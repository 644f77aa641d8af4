import fc from "fast-check";

const number = fc.oneof(
  fc.nat({ max: 20 }).map(String),
  fc.nat({ max: 2 ** 32 }).map(String),
  fc.constantFrom("", "-1", "9007199254740991", "9007199254740993", "99999999999999999999", "1e3", "00", "NaN"),
);
const word = fc.constantFrom(
  "s",
  "echo",
  "never",
  "make",
  "hit",
  "stream",
  "keep",
  "next",
  "return",
  "throw",
  "constructor",
  "__proto__",
  "",
  "\u0000matchmaker",
  "announce",
  "find",
);
const reference = fc.oneof(
  fc
    .tuple(fc.constantFrom("o", "s", "g", "z"), number, number, number)
    .map(([kind, ...fields]) => `r${kind}${fields.join(";")};`),
  fc.tuple(number, word).map(([peer, name]) => `rn${peer};${name.length};${name}`),
  word.map((name) => `ry${name.length};${name}`),
);
const value = fc.oneof(
  reference,
  number.map((text) => `d${text};`),
  word.map((text) => `s${text.length};${text}`),
  fc.constantFrom("u", "n", "t", "a1;u", "o1;1;ku", "a9;", "o1;9;__proto__u", "b12;", "bx;", "s5;x"),
);
const values = fc.array(value, { maxLength: 3 }).map((list) => `${list.length};${list.join("")}`);
const target = fc.oneof(
  word.map((name) => `s${name.length};${name}`),
  fc.tuple(number, number).map(([id, key]) => `o${id};${key};`),
  number.map((id) => `a${id};`),
);
/** Stands for the next number that the session takes. */
export const NEXT = "\u0001";
const call = fc
  .tuple(
    fc.oneof({ arbitrary: fc.constant(NEXT), weight: 9 }, number),
    fc.constantFrom("r", "w", "x"),
    number,
    target,
    word,
    values,
  )
  .map(([id, way, time, where, method, args]) => `C${id};${way}${time};${where}${method.length};${method}${args}`);
const frame = fc.oneof(
  { arbitrary: call, weight: 4 },
  fc.tuple(number, fc.constantFrom("k", "-"), values).map(([id, kept, result]) => `R${id};${kept}${result}`),
  fc.tuple(fc.constantFrom("E", "X", "F", "S", "Q", "A"), number).map(([kind, id]) => `${kind}${id};`),
  fc.tuple(number, number).map(([id, key]) => `D${id};${key};`),
  fc.tuple(number, number, number).map((fields) => `H${fields.join(";")};`),
  word.map((name) => `P${name.length};${name}`),
  fc.string(),
);
export const batch = fc.oneof(
  { arbitrary: fc.array(frame, { maxLength: 4 }), weight: 5 },
  fc
    .tuple(fc.array(frame, { minLength: 1, maxLength: 2 }), number)
    .map(([frames, length]) => `${length};${frames.join("")}`),
  fc.string({ maxLength: 60 }),
);
const packedValue = fc.oneof(
  fc
    .anything({ withMap: true, withSet: true, withTypedArray: true, withDate: true, withSparseArray: true })
    .filter(canBeCloned),
  fc.record({ value: fc.anything().filter(canBeCloned) }),
  fc
    .tuple(
      fc.oneof(
        reference.map((text) => text.slice(1)),
        fc.anything().filter(canBeCloned),
      ),
      fc.constantFrom(undefined, "Error", "URL", "Other"),
    )
    .map(([description, type]) => {
      const placeholder = {};
      return { value: [placeholder], references: [{ placeholder, description, ...(type && { type }) }] };
    }),
);
export const cloned = fc.oneof(
  fc.tuple(frame, packedValue).map(([head, body]) => [head, body]),
  fc.tuple(call, packedValue).map(([head, body]) => [head, body]),
  packedValue,
);

export function encoded(
  message: string | string[] | { value: unknown },
  numbered: (text: string) => string,
): string | { value: unknown } {
  if (typeof message === "string") return message;
  if (Array.isArray(message))
    return message
      .map(numbered)
      .map((one) => `${one.length};${one}`)
      .join("");
  const { value: frame } = message;
  if (!Array.isArray(frame) || typeof frame[0] !== "string") return message;
  return { value: [numbered(frame[0]), ...(frame.slice(1) as unknown[])] };
}

function canBeCloned(thing: unknown): boolean {
  try {
    structuredClone(thing);
    return true;
  } catch {
    return false;
  }
}

/** Other numbers, in most places, but never somebody else's keys: those would have to be guessed. */
export function mutated(text: string, random: () => number, secrets: readonly string[]): string {
  let changed = text;
  for (const secret of secrets)
    changed = changed.replaceAll(secret, `o1;${Math.floor(random() * 5)};${Math.floor(random() * 9)};`);
  changed = changed.replaceAll(/o\d+;\d+;/g, () => `o${Math.floor(random() * 5)};${Math.floor(random() * 9)};`);
  changed = changed.replaceAll(/([DH])\d+;\d+;/g, (_all, kind) => `${kind}${Math.floor(random() * 5)};7;`);
  if (random() < 0.5)
    changed = changed.replaceAll(/\d+/g, (digits) => (random() < 0.2 ? String(Math.floor(random() * 300)) : digits));
  if (random() < 0.3) changed = changed.slice(0, Math.floor(random() * changed.length));
  return changed;
}
