import { pathToFileURL } from "node:url";
import { UsageError } from "@isles/base";
import { MigrationError } from "./errors.ts";
import { Frame } from "./frames/frame.ts";
import { Realm } from "./frames/realm.ts";

const process: unique symbol = Symbol.for("isles.process") as never;

/** A generator function as the body of a process: the first parameter is the site that it is on. */
export type ProcessBody = (...args: never[]) => Generator<unknown, unknown, unknown>;

/** A generator function that `spawn` accepts. Other processes can call it with `yield*`. */
export type ProcessFunction<F extends ProcessBody = ProcessBody> = F & { readonly [process]: string };

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
  if (!isProcess(body)) Object.defineProperty(body, process, { value: placeOf(defineProcess) });
  return body as ProcessFunction<F>;
}

export function isProcess(value: unknown): value is ProcessFunction {
  return typeof value === "function" && Object.hasOwn(value, process);
}

/**
 * Where a process was defined: `module#n`, the n-th definition that this module made. A module that is loaded several times,
 * as it is on each site and on the launcher, in whatever form, defines the same processes in the same order: so a definition
 * of one load can be found among those of another.
 */
export function definitionOf(definition: ProcessFunction): string {
  return definition[process];
}

/**
 * Starts a process: its frame, suspended before its first statement. Throws MigrationError if it was not compiled.
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
    "its generator function was not compiled, so it cannot move. Isles compiles modules that call defineProcess, by this name or " +
      "one that they import it under, and all that these reach by relative imports: call it so, on a function of such a module and " +
      "not of a package. Where no site loads the program, loadProgram() of @isles/migration has to, before anything else imports it",
  );
}

/** How many definitions a module has made. */
export function definitionsIn(module: string): number {
  return definitions.get(module) ?? 0;
}

const definitions = new Map<string, number>();

/** `caller`: the function whose caller is the module. */
function placeOf(caller: (...args: never[]) => unknown): string {
  const holder: { stack?: unknown } = {};
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = (_error, sites) => sites[0]?.getFileName() ?? "";
  try {
    Error.captureStackTrace(holder, caller);
    const file = String(holder.stack).replace(/[?#].*$/, "");
    const module = file.startsWith("/") ? pathToFileURL(file).href : file;
    const number = (definitions.get(module) ?? 0) + 1;
    definitions.set(module, number);
    return `${module}#${number}`;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace as NonNullable<typeof prepareStackTrace>;
  }
}

function isGenerator(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object GeneratorFunction]";
}
