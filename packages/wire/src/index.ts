/**
 * `@isles/wire`: what travels, as bytes and code units: protocol records and the values of programs.
 * It is not a transport: it never sends anything.
 */
export * from "./record.ts";
export * from "./values.ts";
