import { UsageError } from "@isles/base";
import type { Traits } from "@isles/migration/internal";
import type { Member } from "../member.ts";
import { Site } from "../site.ts";

/** The process that a site's code runs as. */
export interface CurrentProcess {
  /** The same wherever it is: what `ps` and handles call it. */
  readonly id: number;
  /** The name that the program exports it by. */
  readonly name: string;
  /**
   * Says what the process would like to have where it runs from its next `yield` on; under the policies `hardware` and `software`, it then moves to a site
   * that has it, if there is one. Throws UsageError for what is no list of names.
   */
  prefer(traits: Traits): void;
}

/**
 * The site that a process is on now. After a move the same variable is the site that it came to: all that the process took from it (its
 * `memory`, its `rpc`) is that site's own too.
 */
export class ProcessSite extends Site {
  readonly process: CurrentProcess;

  /** Made by the runtime for each process that is here. */
  constructor(member: Member, signal: AbortSignal, process: CurrentProcess) {
    super(member, signal);
    this.process = process;
  }

  /** Every object that is "whatever is here", by the name that stands for it on the way. */
  parts(): ReadonlyMap<unknown, string> {
    return new Map<unknown, string>([
      [this, "site"],
      [this.process, "site.process"],
      [this.memory, "site.memory"],
      [this.memory.async, "site.memory.async"],
      [this.rpc, "site.rpc"],
      [this.async, "site.async"],
      [this.signal, "site.signal"],
      [this.migration, "site.migration"],
      [this.migration.async, "site.migration.async"],
    ]);
  }

  override barrier(): never {
    throw collective("barrier");
  }

  override reduce(): never {
    throw collective("reduce");
  }

  override broadcast(): never {
    throw collective("broadcast");
  }
}

function collective(call: string): UsageError {
  return new UsageError(
    "NOT_IN_A_PROCESS",
    `site.${call}() in a process: all sites of a run do that together, and a process belongs to none; use a lock, a latch, messages or shared words`,
  );
}
