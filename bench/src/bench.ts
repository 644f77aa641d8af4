import type { KernelRun } from "./macro/kernel-run.ts";
import type { Options } from "./options.ts";
import type { Measurement } from "./result.ts";

/** What a row needs of the run it is part of. */
export interface BenchContext {
  readonly options: Options;
  /** Of a row that runs kernels: those asked for by name; undefined: all of the row. */
  readonly kernels?: readonly string[] | undefined;
  /** Rounds of each yardstick and subject, in turn. */
  readonly rounds: number;
  /** Rounds before those, not counted: the optimiser takes thousands of operations to settle. */
  readonly warmUp: number;
  /** Operations per round. */
  readonly operations: number;
  /** Says what is being done now. */
  progress(text: string): void;
}

/** What a row finds: a ratio against a yardstick, or what one variant of a kernel did, of which tables and pictures are made. */
export type Finding = Measurement | KernelRun;

/** One row of the targets. */
export interface Bench {
  readonly row: string;
  readonly title: string;
  /** Run only when asked for by name. */
  readonly extra?: boolean;
  /** Runs kernels: takes names of them, "9:sor,lu". */
  readonly hasKernels?: boolean;
  /** Throws UsageError for a kernel that there is not; called for every row before the first is run. */
  checkKernels?(names: readonly string[]): void;
  run(context: BenchContext): AsyncIterable<Finding>;
}
