/**
 * `@isles/transport`: the port every layer above sends through, and its MessageChannel adapter for threads of one
 * process. It carries messages; it knows nothing of pages, locks or calls.
 */
export * from "./body-ring.ts";
export * from "./doorbells.ts";
export * from "./port.ts";
export * from "./service-host.ts";
export * from "./thread-network.ts";
export * from "./thread-port.ts";
