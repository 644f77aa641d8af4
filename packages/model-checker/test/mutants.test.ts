import { configurationNamed, mutants, verify, withoutOneRow } from "@isles/model-checker";
import { describe, expect, test } from "vitest";

const STATES_MAX = 1_000_000;

describe("every seeded fault is caught", () => {
  test.each(mutants)("$name: $caughtBy in $configuration", (mutant) => {
    const model = configurationNamed(mutant.configuration).make(mutant.mutation);
    expect(verify(model, { statesMax: STATES_MAX }).counterexample?.invariant).toBe(mutant.caughtBy);
  });
});

test("no row of the tables is there for nothing", () => {
  const small = configurationNamed("accesses-2");
  const large = configurationNamed("accesses-3-pins");
  const moving = configurationNamed("accesses-2-moving");
  const largest = configurationNamed("accesses-3-moving");
  for (const { name, mutation } of withoutOneRow()) {
    const caughtIn = (system: typeof small) =>
      verify(system.make(mutation), { statesMax: STATES_MAX }).counterexample?.invariant;
    expect(caughtIn(small) ?? caughtIn(moving) ?? caughtIn(large) ?? caughtIn(largest), name).toBe("protocol error");
  }
});

test("a counterexample reads as a story", () => {
  const mutant = mutants.find((m) => m.name === "skips S_D");
  const model = configurationNamed("accesses-2").make(mutant?.mutation);
  expect(verify(model, { statesMax: STATES_MAX }).story).toMatchInlineSnapshot(`
    "    page 0: I I | U
    1. site 0 loads from page 0
        page 0: IS_D I | U
    2. site 1 stores to page 0
        page 0: IS_D IM_AD | U
    3. GetM page 0, site 1 → home directory
        page 0: IS_D IM_AD | M owner 1
    4. GetS page 0, site 0 → home directory
        page 0: IS_D IM_AD | S owner 1 sharers 0,1
    5. Data (acks 0, latest) page 0, home → site 1
    => value: value: the home of page 0 would hand out a stale copy
    "
  `);
});
