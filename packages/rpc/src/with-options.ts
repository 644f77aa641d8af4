import { withOptions as makeWithOptions } from "./stubs.ts";
import type { WithOptions } from "./types.ts";

/**
 * The same stub with other options for its calls: `withOptions(stub, { timeoutMs: 100 }).increment(1)`. Options that are not
 * given stay as they are. Throws UsageError for what is no stub and for options that calls do not have.
 */
export const withOptions = makeWithOptions as WithOptions;
