import { asyncDescending, configurations, verify } from "@isles/model-checker";
import { expect, test } from "vitest";

const STATES_MAX = 1_000_000;
/** Seconds on an idle machine; a busy one may take its time. */
const TIMEOUT_MS = 120_000;

test.each(configurations.filter((c) => !c.isLong))(
  "$name: every state is sound and nobody waits for ever",
  (c) => {
    const verdict = verify(c.make(), { statesMax: STATES_MAX });
    expect(verdict.story).toBe(null);
    expect(verdict.states).toBe(c.states);
    // A home that is a site sends DataO, WB and its own requests down the same channel.
    const isBoth = c.name.includes("co-located") || c.name.startsWith("spans");
    const mostInOneChannel = c.name.includes("moving") ? 4 : isBoth ? 3 : 2;
    expect(verdict.measures["most messages of a page in a channel"]).toBeLessThanOrEqual(mostInOneChannel);
  },
  TIMEOUT_MS,
);

test("async spans awaited in descending order deadlock: a limit that is documented, not a surprise", () => {
  const { counterexample, story } = verify(asyncDescending.make(), { statesMax: STATES_MAX });
  expect(counterexample?.invariant).toBe("stuck");
  expect(story).toContain("site 0 begins async write 1");
});
