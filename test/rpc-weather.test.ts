import { test } from "vitest";
import { weather } from "./rpc-weather.ts";

const SEED = Number(process.env.ISLES_SEED ?? 1);
const TIMES = Number(process.env.ISLES_TIMES ?? 1);

test.each([0, 1, 2, 3])("random calls over slow channels, seed %i more", { timeout: 60_000 * TIMES }, async (more) => {
  for (let time = 0; time < TIMES; time++) await weather(SEED + more + 4 * time, { times: 2, steps: 30 });
});
