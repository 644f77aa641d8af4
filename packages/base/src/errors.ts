/**
 * The errors of Isles. Every one derives from {@link IslesError} and carries a stable `code`, so callers branch on the
 * code and people read the message: what happened, where, in which state, and what to do next.
 */
export class IslesError extends Error {
  /** Stable machine-readable reason, e.g. `"SITE_DOWN"`. Never parse the message. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A site threw, exited or was killed while somebody waited for it. `site` names it. */
export class SiteDownError extends IslesError {
  readonly site: number;

  constructor(site: number, message: string, options?: ErrorOptions) {
    super("SITE_DOWN", message, options);
    this.site = site;
  }
}

/** The caller used something wrongly: the message says what, where and what to do instead. */
export class UsageError extends IslesError {}

/** Two sites asked for the same name with another type, length, page size or count. */
export class MismatchError extends IslesError {
  constructor(message: string, options?: ErrorOptions) {
    super("MISMATCH", message, options);
  }
}

/** Something was used after it was released, freed or closed. */
export class ReleasedError extends IslesError {
  constructor(message: string, options?: ErrorOptions) {
    super("RELEASED", message, options);
  }
}

/** A blocking call on a thread that must not block; the `async` twin exists for it. */
export class WouldBlockError extends IslesError {
  constructor(call: string, twin: string) {
    super("WOULD_BLOCK", `${call} would block the launcher's thread; use ${twin} there`);
  }
}

/** The cluster was closed while this was pending. */
export class ClosedError extends IslesError {
  constructor(message: string, options?: ErrorOptions) {
    super("CLOSED", message, options);
  }
}

/** A wait with a deadline passed it. */
export class TimeoutError extends IslesError {
  constructor(message: string, options?: ErrorOptions) {
    super("TIMEOUT", message, options);
  }
}

/** Sites wait for each other in a cycle, so that none of these waits could ever have succeeded. */
export class DeadlockError extends IslesError {
  /** The sites of the cycle; each waits for the next, the last for the first. */
  readonly sites: readonly number[];

  constructor(sites: readonly number[], message: string, options?: ErrorOptions) {
    super("DEADLOCK", message, options);
    this.sites = sites;
  }
}

/** A documented limit was reached; the message gives the limit, its unit and the reason for it. */
export class LimitError extends IslesError {
  constructor(message: string, options?: ErrorOptions) {
    super("LIMIT", message, options);
  }
}

const MAX_PATH = 200; // characters of a path that a message shows

/** A value cannot travel; `path` is where it sits, e.g. `args.options.onDone`. */
export class CloneError extends IslesError {
  readonly path: string;

  constructor(path: string, what: string, options?: ErrorOptions) {
    const shown = path.length <= MAX_PATH ? path : `${path.slice(0, MAX_PATH / 2)} … ${path.slice(-MAX_PATH / 2)}`;
    super("CANNOT_CLONE", `${shown} is ${what}, which cannot travel to another site`, options);
    this.path = path;
  }
}
