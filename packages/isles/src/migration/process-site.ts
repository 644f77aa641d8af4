import { UsageError } from "@isles/base";
import type { Traits } from "@isles/migration/internal";
import type { Member } from "../member.ts";
import { Site } from "../site.ts";
import type { SiteMigration } from "./migration.ts";

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
  /**
   * It moves to that site at its next `yield`, if it can: what keeps it is in `cluster.decisions` and the trace, and it goes on here. (To await a
   * handle's `migrate` of oneself would be to wait for oneself.) Throws RangeError for a site that does not exist.
   */
  migrate(to: number): void;
  /** It is saved at its next `yield`, if it can be: from there it goes on if its site is lost. */
  checkpoint(): void;
}

/**
 * The site that a process is on now. After a move the same variable is the site that it came to: all that the process took from it (its
 * `memory`, its `rpc`) is that site's own too.
 */
export class ProcessSite extends Site {
  readonly process: CurrentProcess;
  readonly #abort: LazyAbort;
  #hasSignal = false;
  #hasMigration = false;

  /** Made by the runtime for each process that is here. */
  constructor(member: Member, abort: LazyAbort, process: CurrentProcess) {
    super(member, () => abort.signal);
    this.#abort = abort;
    this.process = process;
  }

  override get signal(): AbortSignal {
    this.#hasSignal = true;
    return this.#abort.signal;
  }

  protected override makeMigration(): SiteMigration {
    return super.makeMigration(this.process.id);
  }

  override get migration(): SiteMigration {
    this.#hasMigration = true;
    return super.migration;
  }

  /**
   * Every object that is "whatever is here" and that the process may have got hold of, by the name that stands for it on the way. What it has
   * never asked for is not made for that.
   */
  parts(): Map<unknown, string> {
    const parts = new Map<unknown, string>([
      [this, "site"],
      [this.process, "site.process"],
      [this.memory, "site.memory"],
      [this.memory.async, "site.memory.async"],
      [this.rpc, "site.rpc"],
      [this.async, "site.async"],
    ]);
    if (this.#hasSignal) parts.set(this.signal, "site.signal");
    if (this.#hasMigration)
      parts.set(this.migration, "site.migration").set(this.migration.async, "site.migration.async");
    return parts;
  }

  /** The same by name, for a process that comes. */
  byName(): ReadonlyMap<string, unknown> {
    return new PartsByName(this);
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

const PARTS: Readonly<Record<string, (site: ProcessSite) => unknown>> = {
  site: (site) => site,
  "site.process": (site) => site.process,
  "site.memory": (site) => site.memory,
  "site.memory.async": (site) => site.memory.async,
  "site.rpc": (site) => site.rpc,
  "site.async": (site) => site.async,
  "site.signal": (site) => site.signal,
  "site.migration": (site) => site.migration,
  "site.migration.async": (site) => site.migration.async,
};

/** Looks parts up as they are asked for. */
class PartsByName extends Map<string, unknown> {
  readonly #site: ProcessSite;

  constructor(site: ProcessSite) {
    super();
    this.#site = site;
  }

  override has(name: string): boolean {
    return Object.hasOwn(PARTS, name);
  }

  override get(name: string): unknown {
    return PARTS[name]?.(this.#site);
  }
}

/** An abort controller that is made when somebody looks at its signal. */
export class LazyAbort {
  #controller: AbortController | undefined;
  #reason: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason.reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#reason ??= { reason };
    this.#controller?.abort(reason);
  }
}

function collective(call: string): UsageError {
  return new UsageError(
    "NOT_IN_A_PROCESS",
    `site.${call}() in a process: all sites of a run do that together, and a process belongs to none; use a lock, a latch, messages or shared words`,
  );
}
