import { configurations, verify } from "@isles/model-checker";
import { expect, test } from "vitest";

test.each(configurations.filter((c) => c.isLong))("$name: every state is sound and nobody waits for ever", (c) => {
  const verdict = verify(c.make(), { statesMax: 3_000_000 });
  expect(verdict.story).toBe(null);
  expect(verdict.states).toBe(c.states);
});
