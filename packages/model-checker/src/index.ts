/**
 * @isles/model-checker: exhaustive exploration of the coherence protocol that ships. A private tool.
 *
 * @packageDocumentation
 */
export { asyncDescending, type Configuration, configurationNamed, configurations } from "./configurations.ts";
export { type Verdict, verify } from "./verify.ts";
