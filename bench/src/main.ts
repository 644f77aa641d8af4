/**
 * @isles/bench: benchmarks, each with its yardstick in the same run.
 *
 * A benchmark is a test with a clock: it prints a distribution and a ratio, never one number.
 *
 * @packageDocumentation
 */
console.log("No benchmarks yet.");
