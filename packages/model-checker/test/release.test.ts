import {
  releaseConfigurations,
  releaseMutants,
  releaseNamed,
  verify,
  withoutOneReleaseRow,
} from "@isles/model-checker";
import { describe, expect, test } from "vitest";

const STATES_MAX = 1_000_000;
/** Seconds on an idle machine; a busy one may take its time. */
const TIMEOUT_MS = 120_000;

describe("release consistency keeps its promise, and no more", () => {
  test.each(releaseConfigurations.filter((c) => !c.isLong))(
    "$name: $about",
    (c) => {
      const model = c.make();
      const verdict = verify(model, { statesMax: STATES_MAX });
      expect(verdict.story).toBe(null);
      expect(verdict.states).toBe(c.states);
      expect(model.outcomes.size).toBeGreaterThan(0);
      if (c.reaches === undefined) return;
      const parts = c.reaches.split(" ");
      const reached = [...model.outcomes].filter((outcome) => parts.every((part) => outcome.split(" ").includes(part)));
      expect(reached, `${c.reaches} among ${[...model.outcomes].join("; ")}`).not.toEqual([]);
    },
    TIMEOUT_MS,
  );
});

test("litmus tests with acquire and release have more than one outcome: the programs do run side by side", () => {
  for (const name of ["release-MP", "release-S", "release-LB", "release-WRC", "release-ISA2"]) {
    const model = releaseNamed(name).make();
    verify(model, { statesMax: STATES_MAX });
    expect(model.outcomes.size, name).toBeGreaterThan(1);
  }
});

describe("every seeded fault of release consistency is caught", () => {
  test.each(releaseMutants)(
    "$name: $caughtBy in $configuration",
    (mutant) => {
      const model = releaseNamed(mutant.configuration).make(mutant.mutation);
      expect(verify(model, { statesMax: STATES_MAX }).counterexample?.invariant).toBe(mutant.caughtBy);
    },
    TIMEOUT_MS,
  );
});

test(
  "no row of the table is there for nothing",
  () => {
    const small = ["counter-3", "nested-locks", "pins", "pins-home", "threads", "threads-refresh"];
    const systems = small.map((name) => releaseNamed(`release-${name}`));
    for (const { name, mutation } of withoutOneReleaseRow()) {
      if (name === "IC_D HomeHere") continue; // homes are known here; its row has a test of its own
      const caught = systems.some(
        (system) =>
          verify(system.make(mutation), { statesMax: STATES_MAX }).counterexample?.invariant === "protocol error",
      );
      expect(caught, name).toBe(true);
    }
  },
  TIMEOUT_MS,
);

test("the fault of the first version reads as a story", () => {
  const mutant = releaseMutants.find((m) => m.name === "the home waits for no notice that is under way already");
  const story = verify(releaseNamed("release-notices").make(mutant?.mutation), { statesMax: STATES_MAX }).story;
  expect(story).toContain("DiffAck page 0, site 1 → site 2"); // although site 0 has not got its notice
  expect(story).toContain("=> value: value: site 0 reads 0 from 0.1, and 2 is right\n");
});
