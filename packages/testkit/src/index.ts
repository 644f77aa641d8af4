/**
 * @isles/testkit: what the tests share: checkers, generators, compliance suites, programs for sites to load.
 *
 * Not published; no package below it may import it from src/. Tests import it by name.
 *
 * @packageDocumentation
 */
export { busyWait } from "./busy-wait.ts";
export type { DelayOptions } from "./delayed-port.ts";
export { withDelays, withMovingHomes } from "./delays.ts";
export { isForbidden, legalOutcomes, outcomeKey } from "./litmus/outcomes.ts";
export { type LitmusOp, type LitmusTest, parseLitmus } from "./litmus/parse.ts";
export { type LitmusProgram, observeLitmus } from "./litmus/run.ts";
export { type LitmusLayout, type LitmusRun, type LitmusValues, runLitmus } from "./litmus/site.ts";
export { litmusTests, syncedLitmusTests } from "./litmus/table.ts";
export { Prng } from "./prng.ts";
export type { RandomRun } from "./random/plan.ts";
export { playRandom } from "./random/play.ts";
export { playRandomAsync } from "./random/play-async.ts";
export { type RandomProgram, traceRandom } from "./random/run.ts";
export { withRepeatedMessage } from "./repeated-message.ts";
export { checkSequentialConsistency, type Verdict } from "./sc/checker.ts";
export { type Access, formatStep, formatTrace, read, type Step, type Trace, update, write } from "./sc/trace.ts";
export type { Seed, TransportAdapter } from "./transport/adapter.ts";
export { type ComplianceOptions, type Runner, threadAdapter, transportCompliance } from "./transport-compliance.ts";
