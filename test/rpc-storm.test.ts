import { launch } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/rpc-storm.program.ts";

const program = new URL("./dist/rpc-storm.program.js", import.meta.url);
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 10 : 1));

async function serving(sites: number) {
  const cluster = await launch<typeof Program>({ program, sites });
  await cluster.runAll("serve");
  cluster.rpc.expose("peer", {
    async storm(times: number, callback: (n: number) => Promise<number>) {
      const results = await Promise.all(Array.from({ length: times }, (_, n) => callback(n)));
      return results.reduce((a, b) => a + b, 0);
    },
  });
  return cluster;
}

const sumTo = (times: number): number => (times * (times - 1)) / 2;

describe("callback storms", { timeout: 60_000 * TIMES }, () => {
  test("100,000 callbacks at once, both ways between three sites and the launcher", async () => {
    await using cluster = await serving(3);
    const times = 100_000 / 16;
    for (let time = 0; time < TIMES; time++) {
      // Everybody calls everybody back, themselves included: 16 pairs.
      const own = Promise.all(
        [0, 1, 2].map((site) => cluster.rpc.stub<Program.Peer>(site, "peer").storm(times, (n) => n + 3)),
      );
      const results = await cluster.runAll("storms", { times, rounds: 1 });
      for (const [site, sums] of results.entries()) {
        expect(sums).toEqual(new Array(4).fill(sumTo(times) + site * times));
      }
      expect(await own).toEqual(new Array(3).fill(sumTo(times) + 3 * times));
    }
  });

  test("blocking, between four sites that all block", async () => {
    await using cluster = await serving(4);
    const times = 500;
    for (let time = 0; time < TIMES; time++) {
      const sums = await cluster.runAll("blockingStorms", times);
      expect(sums).toEqual([0, 1, 2, 3].map((site) => 3 * (sumTo(times) + site * times)));
    }
  });
});

test.each([3, 4])(
  "references pass through three parties' hands, on %i sites that all do so",
  { timeout: 30_000 * TIMES },
  async (sites) => {
    await using cluster = await serving(sites);
    for (let time = 0; time < TIMES; time++) expect((await cluster.runAll("threeParties", 50)).flat()).toEqual([]);
  },
);
