import { Prng, withDelays } from "@isles/testkit";
import { launch } from "isles";
import { expect, test } from "vitest";
import { crash, type Round } from "./process-crash.ts";

const SEED = Number(process.env.ISLES_SEED ?? 1);
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 50 : 4));
const program = new URL("../packages/isles/test/programs/process-crash.mjs", import.meta.url);

test.each([false, true])(
  "one copy of each process runs and none hangs, whatever site is killed when; slow channels: %s",
  { timeout: 30_000 * TIMES },
  async (isSlow) => {
    const rounds: Round[] = [];
    for (let seed = SEED; seed < SEED + TIMES; seed++) {
      const prng = new Prng(seed);
      const options = { program, sites: 5 };
      const delays = { seed, part: [0.05, 0.2, 0.5][seed % 3]!, polls: [20, 100, 5][seed % 3]! };
      await using cluster = await launch(isSlow ? withDelays(options, delays) : options);
      const round = await crash(cluster, prng);
      expect(round.wrong, `seed ${seed}`).toEqual([]);
      rounds.push(round);
    }
    const sum = (what: Exclude<keyof Round, "wrong">) => rounds.reduce((total, round) => total + round[what], 0);
    if (process.env.ISLES_SHOW !== undefined) console.log(rounds);
    // It has all happened.
    for (const what of ["moves", "restarts", "lost", "returned", "checkpoints", "ended"] as const)
      expect([what, sum(what) > TIMES / 2]).toEqual([what, true]);
  },
);
