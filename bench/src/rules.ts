/** What a value from outside has to be: rules that say where it is not. */

/** What is wrong with the value, which lies at that path, "machine.cores" or "seconds[2]"; undefined if nothing is. */
export type Rule = (value: unknown, path: string) => string | undefined;

/** A rule in words: "a number above 0". */
export function rule(words: string, holds: (value: unknown) => boolean): Rule {
  return (value, path) => {
    if (value === undefined) return `"${path}" is missing`;
    return holds(value) ? undefined : `"${path}" should be ${words}, and is ${shown(value)}`;
  };
}

export function orNull(of: Rule): Rule {
  return (value, path) => (value === null ? undefined : of(value, path));
}

export function orLeftOut(of: Rule): Rule {
  return (value, path) => (value === undefined ? undefined : of(value, path));
}

/** A list of such values. */
export function each(of: Rule): Rule {
  const list = rule("a list", Array.isArray);
  return (value, path) =>
    list(value, path) ?? firstOf(value as readonly unknown[], (one, index) => of(one, `${path}[${index}]`));
}

/** An object with these fields; others are nobody's business. */
export function fields(rules: Readonly<Record<string, Rule>>): Rule {
  const object = rule("an object", isObject);
  return (value, path) =>
    object(value, path) ??
    firstOf(Object.entries(rules), ([key, of]) =>
      of((value as Record<string, unknown>)[key], path === "" ? key : `${path}.${key}`),
    );
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function firstOf<T>(values: readonly T[], wrong: (value: T, index: number) => string | undefined): string | undefined {
  for (const [index, value] of values.entries()) {
    const found = wrong(value, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

const SHOWN = 40;

/** JSON has no other values; only what it reads as too large a number would be printed as null. */
function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}
