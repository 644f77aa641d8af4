/**
 * `@isles/dsm`: shared memory for sites that share none: typed arrays over coherent pages, and the locks, barriers and
 * other synchronisation that programs over shared memory need. It is not a launcher: it neither makes threads nor loads
 * programs.
 */
export { AsyncArray } from "./async-array.ts";
export type { ArrayOptions, HomePolicy, RegionDescriptor } from "./descriptor.ts";
export { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, MIN_PAGE_SIZE } from "./descriptor.ts";
export type { ElementOf, ElementType, TypedArray } from "./elements.ts";
export { AsyncMemory, Memory, type SpanRequests, type Spans } from "./memory.ts";
export type { Near } from "./near.ts";
export { SharedArray } from "./shared-array.ts";
export type { Span, SpanRequest } from "./span.ts";
export type { ArrayStats, SiteStats } from "./stats.ts";
export * from "./sync/index.ts";
