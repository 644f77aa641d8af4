import { handoffConfigurations, verify, walkHandoff } from "@isles/model-checker";
import { expect, test } from "vitest";

const WALKS = 50_000;

test.each(handoffConfigurations.filter((c) => c.isLong))("$name: $about", (c) => {
  const verdict = verify(c.make(), { statesMax: 2_000_000 });
  expect(verdict.story).toBe(null);
  expect(verdict.states).toBe(c.states);
});

test(`${WALKS} walks through systems too large to explore`, () => {
  for (let seed = 0; seed < WALKS; seed++) {
    const story = walkHandoff(seed);
    if (story !== null) expect(story).toBe(null);
  }
});
