import { handoffConfigurations, handoffMutants, handoffNamed, verify, walkHandoff } from "@isles/model-checker";
import { describe, expect, test } from "vitest";

const STATES_MAX = 1_000_000;
/** Seconds on an idle machine; a busy one may take its time. */
const TIMEOUT_MS = 120_000;
const WALKS = 1_000;

describe("exactly one runnable copy of a process, whatever crashes at whatever step", () => {
  test.each(handoffConfigurations.filter((c) => !c.isLong))(
    "$name: $about",
    (c) => {
      const verdict = verify(c.make(), { statesMax: STATES_MAX });
      expect(verdict.story).toBe(null);
      expect(verdict.states).toBe(c.states);
    },
    TIMEOUT_MS,
  );

  test(`${WALKS} walks through systems too large to explore`, () => {
    for (let seed = 0; seed < WALKS; seed++) expect(walkHandoff(seed)).toBe(null);
  });
});

describe("every seeded fault of the hand-off is caught", () => {
  test.each(handoffMutants)(
    "$name: $caughtBy in $configuration",
    (mutant) => {
      const model = handoffNamed(mutant.configuration).make(mutant.mutation);
      expect(verify(model, { statesMax: STATES_MAX }).counterexample?.invariant).toBe(mutant.caughtBy);
    },
    TIMEOUT_MS,
  );
});

test("a counterexample of a hand-off reads as a story", () => {
  const mutant = handoffMutants.find((m) => m.name === "runs a copy as soon as it is there");
  const story = verify(handoffNamed("handoff-2").make(mutant?.mutation), { statesMax: STATES_MAX }).story;
  expect(story).toContain("site 0 → site 1\n=> home: home: copy 2 runs at site 1; the home takes 1 for it\n");
});
