/**
 * @isles/model-checker: exhaustive exploration of the coherence protocol that ships. A private tool.
 *
 * @packageDocumentation
 */
export { asyncDescending, type Configuration, configurationNamed, configurations } from "./configurations.ts";
export type { Model } from "./model.ts";
export { type Mutant, mutants } from "./mutants.ts";
export { unprintedEvents, withTables } from "./protocol-tables.ts";
export { withoutOneRow } from "./table-mutants.ts";
export { type Verdict, verify } from "./verify.ts";
