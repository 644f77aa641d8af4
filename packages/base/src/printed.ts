/**
 * Whatever was thrown, in words: its stack where it has one, else its text. Never throws, also not for a value that cannot be
 * printed or looked at: an error about an error would hide the one that matters.
 */
export function printed(thrown: unknown): string {
  try {
    if (thrown instanceof Error) {
      const { stack } = thrown;
      return typeof stack === "string" ? stack : `${thrown.name}: ${thrown.message}`;
    }
    return String(thrown);
  } catch {
    return "something that cannot be printed";
  }
}

/** `instanceof` that never throws, whatever traps the value has. */
export function isInstanceOf(
  value: unknown,
  ...classes: readonly (abstract new (
    ...args: never[]
  ) => unknown)[]
): boolean {
  try {
    return classes.some((type) => value instanceof type);
  } catch {
    return false; // a proxy that refuses to be looked at is none of ours
  }
}
