// How the differential suite runs a generator program and writes down all that can be seen of the run. Plain generators, so that the same code
// runs natively in the test and compiled inside a process, where it moves between any two steps of the program that it drives.
import { inspect } from "node:util";

/** @typedef {(...values: unknown[]) => unknown} Log */
/** @typedef {(log: Log) => Iterator<unknown, unknown, unknown>} Program */
/** @typedef {{ readonly at: number, readonly how: "throw" | "return" } | undefined} Injection */

/** Steps of a program that goes on for ever. */
export const MAX_STEPS = 40;

/** @param {unknown} value */
function shown(value) {
  // The engine words some errors by what it sees in its own code.
  if (value instanceof TypeError || value instanceof ReferenceError) return value.name;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY });
}

/** @param {Iterator<unknown, unknown, unknown>} program @param {number} step @param {Injection} injection */
function stepOf(program, step, injection) {
  if (injection !== undefined && injection.at === step)
    return injection.how === "throw" ? program.throw?.(new Error("injected")) : program.return?.("returned");
  return step === 0 ? program.next() : program.next(step * 10);
}

/**
 * Everything that can be seen of one run, in order; yields before each step what `gate` gives, so that the process can move there.
 * @param {Program} program @param {Injection} injection @param {() => unknown} [gate]
 * @returns {Generator<unknown, string[]>}
 */
export function* traced(program, injection, gate) {
  /** @type {string[]} */
  const seen = [];
  /** @type {Log} */
  const log = (...values) => {
    seen.push(`log ${values.map(shown).join(", ")}`);
    return values.length;
  };
  let running;
  try {
    running = program(log);
  } catch (error) {
    return [...seen, `throws when called: ${shown(error)}`];
  }
  for (let step = 0, ends = 0; step < MAX_STEPS && ends < 2; step++) {
    const sent = yield gate?.();
    if (sent !== undefined) seen.push(`sent ${shown(sent)}`);
    try {
      const result = stepOf(running, step, injection);
      seen.push(`${result?.done ? "return" : "yield"} ${shown(result?.value)}`);
      if (result?.done) ends++;
    } catch (error) {
      seen.push(`throw ${shown(error)}`);
      ends++;
    }
  }
  return seen;
}

/**
 * The program as the process itself: what it yields goes to whoever runs the process. How that ended.
 * @param {Program} program @returns {Generator<unknown, string[]>}
 */
export function* delegated(program) {
  /** @type {string[]} */
  const seen = [];
  /** @type {Log} */
  const log = (...values) => {
    seen.push(`log ${values.map(shown).join(", ")}`);
    return values.length;
  };
  try {
    const result = yield* /** @type {Generator<unknown>} */ (program(log));
    seen.push(`return ${shown(result)}`);
  } catch (error) {
    seen.push(`throw ${shown(error)}`);
  }
  return seen;
}
