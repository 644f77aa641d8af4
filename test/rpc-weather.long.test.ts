import { test } from "vitest";
import { weather } from "./rpc-weather.ts";

const SEED = Number(process.env.ISLES_SEED ?? 1_000);

test("hundreds of random programs of calls over slow channels", async () => {
  for (let seed = SEED; seed < SEED + 60; seed++) await weather(seed, { times: 5, steps: 100 });
});
