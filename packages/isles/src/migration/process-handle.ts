import { inspect } from "node:util";
import { TimeoutError } from "@isles/base";
import type { ProcessInfo, ProcessOptions } from "./process-types.ts";

/** What handles speak to: the table at the launcher, or a stub of it. */
export interface ProcessControl {
  /** Where it is, as far as is known here. */
  siteOf(id: number): number | undefined;
  migrate(id: number, to: number, options: ProcessOptions): Promise<void>;
  checkpoint(id: number, options: ProcessOptions): Promise<Uint8Array>;
  kill(id: number, options: ProcessOptions): Promise<void>;
  send(id: number, message: unknown): Promise<void>;
  info(id: number): Promise<ProcessInfo>;
  result(id: number): Promise<unknown>;
  /** A handle that came from another site. */
  handleOf(description: HandleDescription): ProcessHandle;
}

/** What a handle is when it travels. */
export interface HandleDescription {
  readonly process: number;
  readonly name: string;
  readonly site: number;
}

/**
 * A process, wherever it is. Made by `spawn` and `restore`; may be passed to other sites and to processes, where it is a handle of the
 * same process.
 */
export class ProcessHandle<R = unknown> {
  /** Unique in the cluster. */
  readonly id: number;
  /** The name that the program exports it by. */
  readonly name: string;
  readonly #control: ProcessControl;
  readonly #site: number;
  #result: Promise<R> | undefined;

  /** Made by the runtime. */
  constructor(control: ProcessControl, { process, name, site }: HandleDescription, result?: Promise<unknown>) {
    this.#control = control;
    this.#result = result as Promise<R> | undefined;
    this.id = process;
    this.name = name;
    this.#site = site;
  }

  /** The site that it is on, or was last; on a site, as far as has been heard there: `info()` asks. */
  get site(): number {
    return this.#control.siteOf(this.id) ?? this.#site;
  }

  /**
   * What the process returns. Rejects with what it throws, with IslesError `KILLED` if it was killed, with SiteDownError if it was lost
   * with its site and had no checkpoint, with ClosedError if the cluster was closed. May be left alone.
   */
  get result(): Promise<R> {
    if (this.#result === undefined) {
      this.#result = this.#control.result(this.id) as Promise<R>;
      this.#result.catch(() => undefined); // forgotten, it ends no thread
    }
    return this.#result;
  }

  /**
   * Moves it to a site, at its next `yield`; settles when it is there. What it does not run is not undone: its `finally` blocks stay as
   * they are. Rejects with MigrationError if something in it cannot move (it goes on where it was), with SiteDownError, with TimeoutError if it
   * does not come to a `yield` in time, with IslesError `PROCESS_OVER` if it has ended, with RangeError for a site that does not exist.
   */
  migrate(to: number, options: ProcessOptions = {}): Promise<void> {
    return this.#control.migrate(this.id, to, options);
  }

  /**
   * Saves it at its next `yield`: bytes that `restore` makes the process of again, in this run or in a later one of the same program. If its
   * site is lost, it goes on from its last checkpoint on another. Rejects as `migrate` does.
   */
  checkpoint(options: ProcessOptions = {}): Promise<Uint8Array> {
    return this.#control.checkpoint(this.id, options);
  }

  /**
   * Ends it at its next `yield`, where its `finally` blocks run; settles when it has ended, at once if it has already. Its `result` then rejects
   * with IslesError `KILLED`. Rejects with TimeoutError if it does not end in time: it still will at its next `yield`.
   */
  kill(options: ProcessOptions = {}): Promise<void> {
    return this.#control.kill(this.id, options);
  }

  /**
   * Sends it a message, which `yield receive()` gives it: once, wherever it is, in the order sent. Settles when its home has taken the message.
   * Rejects with IslesError `PROCESS_OVER` if it has ended, `MAILBOX_FULL` if too many wait, CloneError for what cannot travel.
   */
  send(message: unknown): Promise<void> {
    return this.#control.send(this.id, message);
  }

  /** Its line of `ps`. */
  info(): Promise<ProcessInfo> {
    return this.#control.info(this.id);
  }

  /** The result, at most `timeoutMs` milliseconds from now; then rejects with TimeoutError, and the process goes on. */
  wait(options: { readonly timeoutMs?: number } = {}): Promise<R> {
    const { timeoutMs } = options;
    if (timeoutMs === undefined) return this.result;
    return new Promise((resolve, reject) => {
      const late = () => reject(new TimeoutError(`${this} has not ended within ${timeoutMs} ms; it goes on`));
      const timer = setTimeout(late, Math.min(timeoutMs, 2 ** 31 - 1));
      this.result.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  isOf(control: ProcessControl | undefined): boolean {
    return this.#control === control;
  }

  /** What it is on its way to another site. */
  describe(): HandleDescription {
    return { process: this.id, name: this.name, site: this.site };
  }

  /** What `console.log` shows. */
  [inspect.custom](): string {
    return `ProcessHandle { ${this} }`;
  }

  toString(): string {
    return `process ${this.id} (${this.name}) on site ${this.site}`;
  }
}
