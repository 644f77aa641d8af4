/**
 * `@isles/base`: ids, errors, completions and asserts that every layer shares.
 * It knows no platform: no `node:*`, no clock, no randomness.
 */
export * from "./assert.ts";
export * from "./completion.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./printed.ts";
export * from "./sync-report.ts";
export * from "./time-account.ts";
export * from "./wait-reason.ts";
