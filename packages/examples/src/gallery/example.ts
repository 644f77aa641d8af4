/** What the collection knows of each of its examples. */
import type { Cluster } from "isles";
import type { SizeName, Verdict } from "../kernel/contract.ts";
import type { Task } from "../report/progress.ts";
import type { Traffic } from "../report/traffic.ts";

/** A picture: its pixels as a PNG file, or its text as SVG. */
export interface Picture {
  readonly extension: "png" | "svg";
  readonly content: Uint8Array | string;
}

export interface Example {
  /** As in `isles examples NAME`; the program is `programs/NAME.program`, and the function it exports for this has that name. */
  readonly name: string;
  /** One line for the list. */
  readonly title: string;
  /** What it computes, how the work is shared, where algorithm and input come from: some lines. */
  readonly about: string;
  /** Sizes there are, each in a few words: "1024 × 1024, 100 steps". */
  readonly sizes: Readonly<Partial<Record<SizeName, string>>>;
  /** Draws what the program left in shared memory, if there is something to see. */
  picture?(cluster: Cluster, size: SizeName): Promise<Picture>;
  /** For an example that is no kernel. */
  readonly own?: OwnRun;
}

/** How an example runs that has another shape than a kernel's. */
export interface OwnRun {
  /** Its source below `src/`: "migration/walk.ts". */
  readonly source: string;
  /** The sites it always has, if it cannot be run on any number. */
  readonly sites?: number;
  /** Its outcome has a picture. */
  readonly draws?: boolean;
  run(request: OwnRequest): Promise<Outcome>;
}

/** What is asked of one run. */
export interface OwnRequest {
  readonly sites: number;
  readonly size: SizeName;
  readonly task: Task;
}

/** What a run came to. */
export interface Outcome {
  readonly verdict: Verdict;
  /** Of the slowest site's timed run. */
  readonly seconds: number;
  readonly traffic?: Traffic;
  readonly picture?: Picture;
}
