import { type IslesError, SiteDownError, UsageError } from "@isles/base";
import type { Group } from "@isles/transport";
import type { CollectiveKind } from "./collective-values.ts";
import type { Outcome } from "./roster.ts";

/** What a call of a collective is told that can never be answered. */
export function absenceError(options: {
  readonly kind: CollectiveKind;
  readonly name: string;
  readonly group: Group;
  /** Who will never come. */
  readonly site: number;
  readonly outcome: Outcome;
  readonly waiting: readonly number[];
}): IslesError {
  const { kind, name, group, site, outcome, waiting } = options;
  const call = name === "" ? `${kind}()` : `${kind} "${name}"`;
  const run = group.id === 0 ? "its last function" : `"${group.name}"`;
  const who = `${waiting.length === 1 ? "site" : "sites"} ${waiting.join(", ")} waited`;
  if (outcome === "threw") {
    return new SiteDownError(
      site,
      `${call} can never be complete: ${run} threw on site ${site}; ${who}. See that error`,
    );
  }
  return new UsageError(
    `${kind.toUpperCase()}_FINISHED`,
    `${call} can never be complete: site ${site} has already returned from ${run} without it; ${who}. ` +
      `Every site must make the same ${kind} calls before it returns`,
  );
}

/** What a site is told that calls a collective after its own function of the run has ended. */
export function finishedHereError(kind: CollectiveKind, name: string, group: Group, site: number): UsageError {
  return new UsageError(
    `${kind.toUpperCase()}_FINISHED`,
    `${kind} "${name}" called on site ${site} after its function "${group.name}" has ended; ` +
      "await asynchronous work before returning",
  );
}
