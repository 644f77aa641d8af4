import { UsageError } from "@isles/base";
import type { Near } from "@isles/dsm";

/** Where and how a single function runs. */
export interface RunOptions {
  /** The site, named by hand. */
  readonly site?: number;
  /**
   * Data to run near to: the site that has most of it is taken, whatever it has to do. Without `site` and `near`, the site
   * with the least to do is.
   */
  readonly near?: Near;
  /** Gives the run up: the promise rejects with the signal's reason, and so does whatever the function waits for. */
  readonly signal?: AbortSignal;
}

const KNOWN = ["site", "near", "signal"];

/** Throws UsageError for options that mean nothing, RangeError for a site that is not there. */
export function checkRunOptions(call: string, options: RunOptions, sites: number): void {
  if (typeof options !== "object" || options === null) {
    throw new UsageError(
      "BAD_OPTION",
      `${call} takes options such as { site: 1 } after the argument, not ${String(options)}`,
    );
  }
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined)
    throw new UsageError("BAD_OPTION", `${call} has no option ${unknown}; it has ${KNOWN.join(", ")}`);
  const { site, near, signal } = options;
  if (site !== undefined) checkSite(site, sites);
  if (site !== undefined && near !== undefined) {
    throw new UsageError("BAD_OPTION", `${call} is told both a site and what to be near to; leave one of them out`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new UsageError("BAD_OPTION", `${call}: signal is an AbortSignal, not ${String(signal)}`);
}

export function checkSite(site: number, sites: number): void {
  if (Number.isInteger(site) && site >= 0 && site < sites) return;
  throw new RangeError(`there is no site ${String(site)}; the cluster has sites 0 to ${sites - 1}`);
}
