import { type ProcessFunction as CompiledProcess, defineProcess as define } from "@isles/migration";
import type { Received, StubArguments } from "@isles/rpc";
import type { ProcessSite } from "./process-site.ts";

/** A process that `spawn` accepts and other processes can call with `yield*`. Made by {@link defineProcess}. */
export type Process<A extends unknown[] = never[], R = unknown> = (
  site: ProcessSite,
  ...args: A
  // biome-ignore lint/suspicious/noExplicitAny: what a process is sent at a `yield` is its own affair
) => Generator<unknown, R, any>;

/**
 * Makes a process of a generator function: one that runs on a site, may move to another one at every `yield`, and takes along
 * everything that is alive there. Its first parameter is whatever site it is on now. A `yield` of a promise waits for it, a `yield` of
 * {@link receive} for a message; of anything else, it lets others run. Throws UsageError for what is no generator function.
 *
 * ```ts
 * export const walk = defineProcess(function* (site, grid: SharedArray<Float64Array>, from: number) {
 *   let sum = 0;
 *   for (let i = from; i < grid.length; i++) { sum += grid.get(i); if (i % 1000 === 0) yield; }
 *   return sum;
 * });
 * ```
 */
export const defineProcess = define as unknown as <A extends unknown[], R>(
  // biome-ignore lint/suspicious/noExplicitAny: see Process
  body: (site: ProcessSite, ...args: A) => Generator<unknown, R, any>,
) => Process<A, R>;

/** What may be passed for a process's parameters after its site. */
export type ProcessArguments<D> = D extends (site: never, ...args: infer A) => unknown ? StubArguments<A> : unknown[];

/** What `spawn` takes after the definition: the list of arguments may be left out where the process needs none. */
export type SpawnParameters<D, O> =
  [] extends ProcessArguments<D> ? [args?: ProcessArguments<D>, options?: O] : [args: ProcessArguments<D>, options?: O];

/** What arrives of what a process returns. */
export type ProcessResult<D> = D extends (...args: never[]) => Generator<unknown, infer R, unknown>
  ? Received<R>
  : unknown;

/** A definition, or the name that the program exports it by. */
export type ProcessOf<D> = D & (CompiledProcess | Process<never[], unknown> | string);

/**
 * `starting`: on its way to its first site, or back from a checkpoint. `running`: in a step at this moment. `ready`: waits for its
 * turn. `waiting`: for a message or a promise. `moving`: between two sites. `busy`: its site is in a long computation and has not said. `unstarted`: it could not be made where it was to start.
 */
export type ProcessState =
  | "starting"
  | "running"
  | "ready"
  | "waiting"
  | "moving"
  | "busy"
  | "returned"
  | "threw"
  | "killed"
  | "lost"
  | "unstarted";

/** One line of `ps`. */
export interface ProcessInfo {
  readonly id: number;
  /** The name that the program exports it by. */
  readonly name: string;
  /** Where it is, or was last. */
  readonly site: number;
  readonly state: ProcessState;
  /** Since it was spawned, in milliseconds. */
  readonly ageMs: number;
  /** That it has run so far, in milliseconds. */
  readonly cpuMs: number;
  /** Moves from site to site so far. */
  readonly moves: number;
  /** How often it went on from a checkpoint after its site was lost. */
  readonly restarts: number;
  /** Messages that it has not received yet. */
  readonly mail: number;
  /** What it waits for, if it does. */
  readonly waitingFor: string | undefined;
  /** Why it cannot move now, with the path to the culprit. */
  readonly pinnedBy: string | undefined;
  readonly policy: string;
  /** Age of its last checkpoint, in milliseconds. */
  readonly checkpointAgeMs: number | undefined;
}

/** Limits of one operation on a process. */
export interface ProcessOptions {
  /** Gives up after so long, in milliseconds. Default 30,000. The process goes on as it was. */
  readonly timeoutMs?: number;
}
