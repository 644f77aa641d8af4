/**
 * @isles/dsm: distributed shared memory: typed arrays over coherent pages.
 *
 * Not the protocol (that is `@isles/coherence`) and not the wire: it drives the one over the other.
 *
 * @packageDocumentation
 */
export {};
