import type { Options } from "./options.ts";
import type { Measurement } from "./result.ts";

/** What a row needs of the run it is part of. */
export interface BenchContext {
  readonly options: Options;
  /** Rounds of each yardstick and subject, in turn. */
  readonly rounds: number;
  /** Rounds before those, not counted: the optimiser takes thousands of operations to settle. */
  readonly warmUp: number;
  /** Operations per round. */
  readonly operations: number;
  /** Says what is being done now. */
  progress(text: string): void;
}

/** One row of TARGETS.md. */
export interface Bench {
  readonly row: string;
  readonly title: string;
  /** Run only when asked for by name. */
  readonly extra?: boolean;
  run(context: BenchContext): AsyncIterable<Measurement>;
}
