/** For the tools and the listed layers above (see scripts/arrows.mjs); no promise of stability. */
export { Endpoint, SINGLE_RUNS } from "./endpoint.ts";
export type { BlockedOn, EndpointOptions } from "./endpoint-options.ts";
export { SpanGroup } from "./memory.ts";
export { nearSpans, type PageSpan } from "./near.ts";
export { Registry } from "./registry.ts";
export { RegistryService } from "./registry-service.ts";
export {
  ANSWER_TIMEOUT_MS,
  type Residence,
  ResidenceService,
  type Residences,
  type SiteResidence,
} from "./residence.ts";
export { type ArrayContext, SharedArray } from "./shared-array.ts";
export { HeldSpan } from "./span.ts";
export { addStats, emptyArrayStats } from "./stats.ts";
