import { UsageError } from "@isles/base";
import { MigrationError } from "./errors.ts";
import { Frame } from "./frames/frame.ts";
import { Realm } from "./frames/realm.ts";

const process: unique symbol = Symbol.for("isles.process") as never;

/** A generator function as the body of a process: the first parameter is the site that it is on. */
export type ProcessBody = (...args: never[]) => Generator<unknown, unknown, unknown>;

/** A generator function that `spawn` accepts. Other processes can call it with `yield*`. */
export type ProcessFunction<F extends ProcessBody = ProcessBody> = F & { readonly [process]: true };

/**
 * Makes a process of a generator function. In it `site` is whatever site it is on now; it may move at every `yield`, and
 * everything alive there goes along. The module has to be loaded through the transform where processes run; elsewhere
 * it is only a name. Throws UsageError for what is no generator function.
 */
export function defineProcess<F extends ProcessBody>(body: F): ProcessFunction<F> {
  if (typeof body !== "function" || !(Realm.here.isCompiled(body) || isGenerator(body))) {
    throw new UsageError(
      "NOT_A_PROCESS",
      "defineProcess() takes a generator function: function* (site, ...args) { ... }",
    );
  }
  if (!isProcess(body)) Object.defineProperty(body, process, { value: true });
  return body as ProcessFunction<F>;
}

export function isProcess(value: unknown): value is ProcessFunction {
  return typeof value === "function" && Object.hasOwn(value, process);
}

/**
 * Starts a process: its frame, suspended before its first statement. Throws MigrationError if its module was not loaded
 * through the transform.
 */
export function startProcess(definition: unknown, args: readonly unknown[]): Frame {
  if (!isProcess(definition)) {
    throw new UsageError(
      "NOT_A_PROCESS",
      "this is no process: make it one with defineProcess(function* (site, ...args) { ... })",
    );
  }
  const started: unknown = Reflect.apply(definition, undefined, args as unknown[]);
  if (started instanceof Frame) return started;
  throw new MigrationError(
    definition.name || "a process",
    "its module was loaded without the transform, so it cannot move: load the program by loadProgram() of @isles/migration, before anything else imports it",
  );
}

function isGenerator(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object GeneratorFunction]";
}
