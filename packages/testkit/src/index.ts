/**
 * @isles/testkit: what the tests share: checkers, generators, compliance suites, programs for sites to load.
 *
 * Not published; no package below it may import it from src/. Tests import it by name.
 *
 * @packageDocumentation
 */
export {};
