/** What the collection knows of each of its examples. */
import type { Cluster } from "isles";
import type { SizeName } from "../kernel/contract.ts";

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
}
