import { State, type StateName } from "@isles/coherence";
import { cacheRows, compileCacheTable } from "@isles/coherence/internal";
import { expect, test } from "vitest";

const rightOf = (state: StateName): number => (state === "M" ? 2 : State[state] >= State.S ? 1 : 0);

test("a row says `lost` exactly when the page loses a right", () => {
  for (const [state, event, next, actions] of cacheRows) {
    expect(actions.includes("lost"), `${state} ${event}`).toBe(rightOf(next) < rightOf(state));
  }
});

test("a row says `ready` exactly when the page gains a right, and fills it first if bytes came", () => {
  for (const [state, event, next, actions] of cacheRows) {
    const at = actions.indexOf("ready");
    expect(at >= 0, `${state} ${event}`).toBe(rightOf(next) > rightOf(state));
    if (event.startsWith("Data") && at >= 0) expect(actions.indexOf("fill")).toBeLessThan(at);
    if (next === "M" && at >= 0) expect(actions.slice(at)).toEqual(["ready", "settle"]);
  }
});

test("two rows for one pair are a mistake", () => {
  expect(() => compileCacheTable([...cacheRows, cacheRows[0]])).toThrow("two rows for I, Load");
});
