import { IslesError, SiteDownError, UsageError } from "@isles/base";
import { listOf, type Members } from "./members.ts";

/** A site was lost with a call under way, or before it. */
export class CallLostError extends SiteDownError {
  /** Whether the method may have begun: false means certainly not. */
  readonly mayHaveRun: boolean;

  constructor(site: number, message: string, mayHaveRun: boolean, options?: ErrorOptions) {
    super(site, message, options);
    this.mayHaveRun = mayHaveRun;
  }
}

export function notExposed(name: string, where: string, names: Iterable<string>): UsageError {
  return new UsageError(
    "NOT_EXPOSED",
    `${where} exposes no ${JSON.stringify(name)}, but ${listOf(names)}; expose it there before it is called, or call ` +
      `stub(any, ${JSON.stringify(name)}), which waits for a site that does`,
  );
}

export function noSuchMethod(method: string, what: string, members: Members): UsageError {
  const asked = method === "" ? "cannot be called itself" : `has no method ${JSON.stringify(method)}`;
  return new UsageError(
    "NO_SUCH_METHOD",
    `${what} ${asked}; it has ${listOf([...members.keys()].filter((name) => name !== ""))}`,
  );
}

export function notATarget(what: string): IslesError {
  return new IslesError(
    "NOT_A_REFERENCE",
    `${what} was called on a result that is no reference; only functions, stubs and what byReference marks can be called on`,
  );
}
