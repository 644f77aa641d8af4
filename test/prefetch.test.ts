import { withDelays } from "@isles/testkit";
import { launch } from "isles";
import { expect, test } from "vitest";

const program = new URL("./dist/prefetch.program.js", import.meta.url);

/** Only the channels from site 1, which owns the page, are slow: its data comes long after the invalidation from site 0. */
const slowOwner = { seed: 1, part: 1, polls: 20_000, from: 1 };

test.each([{ async: false }, { async: true }])(
  "a copy asked for early is no excuse for an old value ($async)",
  async (args) => {
    await using cluster = await launch<typeof import("./src/prefetch.program.ts")>(
      withDelays({ program, sites: 3 }, slowOwner),
    );
    const [, , x] = await cluster.runAll("stalePrefetch", args);
    expect(x).toBe(1);
  },
);
