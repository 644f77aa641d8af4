/**
 * @isles/model-checker: exhaustive exploration of the coherence protocol that ships.
 *
 * Not published, and not a second model of the protocol: it drives the very code of `@isles/coherence`.
 *
 * @packageDocumentation
 */
export {};
