// The processes of the differential suite: each drives one of the programs that migration's own tests compare.
import { defineProcess, receive } from "isles";
import * as algorithms from "../../../migration/test/programs/algorithms.mjs";
import * as basics from "../../../migration/test/programs/basics.mjs";
import * as classes from "../../../migration/test/programs/classes.mjs";
import * as closureMakers from "../../../migration/test/programs/closure-makers.mjs";
import * as closures from "../../../migration/test/programs/closures.mjs";
import * as control from "../../../migration/test/programs/control.mjs";
import * as delegation from "../../../migration/test/programs/delegation.mjs";
import * as destructuring from "../../../migration/test/programs/destructuring.mjs";
import * as exceptions from "../../../migration/test/programs/exceptions.mjs";
import * as expressions from "../../../migration/test/programs/expressions.mjs";
import * as iteration from "../../../migration/test/programs/iteration.mjs";
import * as literals from "../../../migration/test/programs/literals.mjs";
import * as plainClosures from "../../../migration/test/programs/plain-closures.mjs";
import * as values from "../../../migration/test/programs/values.mjs";
import { delegated, traced } from "./process-trace.mjs";

/** The module of random programs that the test has written, from here. */
const { RANDOM_PROGRAMS } = process.env;

/** @type {Record<string, Record<string, any>>} */
const modules = {
  random: RANDOM_PROGRAMS === undefined ? {} : await import(RANDOM_PROGRAMS),
  algorithms,
  basics,
  classes,
  closures,
  "closure-makers": closureMakers,
  control,
  delegation,
  destructuring,
  exceptions,
  expressions,
  iteration,
  literals,
  "plain-closures": plainClosures,
  values,
};

/** The runs of one program with each injection, one after the other. */
export const drive = defineProcess(
  function* (
    _site,
    /** @type {string} */ module,
    /** @type {string} */ name,
    /** @type {import("./process-trace.mjs").Injection[]} */ injections,
  ) {
    /** @type {string[][]} */
    const traces = [];
    for (const injection of injections) traces.push(yield* traced(modules[module][name], injection));
    return traces;
  },
);

/** The program as the process itself. */
export const delegate = defineProcess(function* (_site, /** @type {string} */ module, /** @type {string} */ name) {
  return yield* delegated(modules[module][name]);
});

/** Takes a step for each message. */
export const gated = defineProcess(function* (_site, /** @type {string} */ module, /** @type {string} */ name) {
  return yield* traced(modules[module][name], undefined, receive);
});
