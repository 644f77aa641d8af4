/** What the examples of migration share: they print what they do and check what comes out. */

import type { Decision } from "isles";

/** Prints a line with the time that something took. */
export async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  console.log(`${what.padEnd(66)} ${(performance.now() - start).toFixed(1).padStart(8)} ms`);
  return result;
}

/** Prints that a result is right; throws, so that the example fails, if it is not. */
export function check(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`WRONG: ${what}`);
  console.log(`ok: ${what}`);
}

/** Prints decisions with their reasons. */
export function tell(decisions: readonly Decision[]): void {
  for (const { what, name, site, reason } of decisions) console.log(`  ${what} ${name}: site ${site}, since ${reason}`);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
