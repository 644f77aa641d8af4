/**
 * @isles/model-checker: exhaustive exploration of the coherence protocol that ships. A private tool.
 *
 * @packageDocumentation
 */
export { asyncDescending, type Configuration, configurationNamed, configurations } from "./configurations.ts";
export { type HandoffConfiguration, handoffConfigurations, handoffNamed } from "./handoff-configurations.ts";
export { type HandoffMutant, handoffMutants } from "./handoff-mutants.ts";
export { walkHandoff, walkOptions } from "./handoff-walks.ts";
export type { Model } from "./model.ts";
export { type Mutant, mutants } from "./mutants.ts";
export { unprintedEvents, withTables } from "./protocol-tables.ts";
export { type ReleaseConfiguration, releaseConfigurations, releaseNamed } from "./release-configurations.ts";
export { type ReleaseMutant, releaseMutants, withoutOneReleaseRow } from "./release-mutants.ts";
export { withoutOneRow } from "./table-mutants.ts";
export { type Verdict, verify } from "./verify.ts";
