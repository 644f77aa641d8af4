/** For the tools (see scripts/arrows.mjs): the tables as data, to print and to mutate. No promise of stability. */
export * from "./cache-table.ts";
export * from "./directory-table.ts";
export * from "./release/release-table.ts";
export * from "./transition-table.ts";
