import { BroadcastChannel } from "node:worker_threads";
import { ClosedError, launch, SiteDownError } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/failure.program.ts";
import type { EndKind, Observation, WaitKind } from "./src/failure.program.ts";

const program = new URL("./dist/failure.program.js", import.meta.url);
/** How often each is repeated; `npm run test:long` sets ISLES_LONG. */
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 10 : 1));
const SITES = 3;
/** Nobody may notice later than this, in milliseconds. */
const NOTICE_MS = 1_000;

let channels = 0;

/** Site 0 goes while the others wait: what they got, and how long after. */
async function observe(
  wait: WaitKind,
  end: EndKind,
): Promise<{ thrown: unknown; seen: (Observation & { afterMs: number })[] }> {
  const name = `failure ${process.pid} ${channels++}`;
  const channel = new BroadcastChannel(name);
  const cluster = await launch<typeof Program>({ program, sites: SITES });
  const seen: Observation[] = [];
  let ended = 0;
  const allSeen = new Promise<void>((resolve) => {
    channel.onmessage = (event) => {
      const { data } = event as { data: Observation | "ready" };
      if (data === "ready") {
        ended = Date.now();
        if (end === "kill") void cluster.kill(0);
        if (end === "close") void cluster.close();
      } else {
        seen.push(data);
        if (seen.length === SITES - 1) resolve();
      }
    };
  });
  const thrown = await cluster.runAll("failure", { wait, end, channel: name }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await Promise.race([allSeen, new Promise((resolve) => setTimeout(resolve, 2 * NOTICE_MS).unref())]);
  channel.close();
  await cluster.close();
  return { thrown, seen: seen.map((one) => ({ ...one, afterMs: one.at - ended })) };
}

const waits: WaitKind[] = [
  "barrier",
  "lock",
  "page",
  "span",
  "semaphore",
  "condition",
  "latch",
  "reduce",
  "broadcast",
  "wait",
  "wait with timeout",
  "open array",
  "async barrier",
  "async get",
  "async span",
];
/** What a site that merely threw still serves: its pages are there, so nobody who wants them gets an error. */
const servedAfterThrow: WaitKind[] = ["page", "span", "lock", "async get", "async span"];

describe.each(["exit", "kill", "throw"] as const)("when a site ends by %s", { timeout: 30_000 * TIMES }, (end) => {
  const all =
    end === "throw" ? waits.filter((wait) => wait !== "open array" && !servedAfterThrow.includes(wait)) : waits;
  test.each(all)("whoever is in %s gets a SiteDownError within a second", async (wait) => {
    for (let time = 0; time < TIMES; time++) {
      const { thrown, seen } = await observe(wait, end);
      expect(seen.map(({ name, code, lost }) => ({ name, code, lost }))).toEqual(
        new Array(SITES - 1).fill({ name: "SiteDownError", code: "SITE_DOWN", lost: 0 }),
      );
      for (const { afterMs } of seen) expect(afterMs).toBeLessThan(NOTICE_MS);
      if (end === "throw") expect((thrown as Error).message).toBe("on purpose");
      else expect((thrown as SiteDownError).site).toBe(0);
    }
  });
});

describe("when a site throws", { timeout: 30_000 * TIMES }, () => {
  test.each(servedAfterThrow)("whoever is in %s gets it, or an error, within a second", async (wait) => {
    for (let time = 0; time < TIMES; time++) {
      const { thrown, seen } = await observe(wait, "throw");
      expect((thrown as Error).message).toBe("on purpose");
      expect(seen).toHaveLength(SITES - 1);
      for (const { name, afterMs } of seen) {
        expect(["returned", "SiteDownError"]).toContain(name);
        expect(afterMs).toBeLessThan(NOTICE_MS);
      }
    }
  });
});

test.each(waits)(
  "when the cluster closes, whoever is in %s gets a ClosedError",
  { timeout: 30_000 * TIMES },
  async (wait) => {
    for (let time = 0; time < TIMES; time++) {
      const { thrown, seen } = await observe(wait, "close");
      expect(thrown).toBeInstanceOf(ClosedError);
      expect(seen.map(({ name, code }) => ({ name, code }))).toEqual(
        new Array(SITES - 1).fill({ name: "ClosedError", code: "CLOSED" }),
      );
    }
  },
);

describe("the launcher's own waits", () => {
  test("end with SiteDownError", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 2 });
    const array = await cluster.memory.async.int32("held", 10, { home: 0, pageSize: 256 });
    const looping = cluster.run("loop", undefined, { site: 0 }).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50)); // until it loops, the site answers
    const pending = [
      array.async.get(0),
      array.async.write(),
      array.async.wait(0, 0, 20),
      array.async.notify(0),
      cluster.memory.async.acquire({ a: array.reading() }),
      cluster.memory.async.free("held"),
    ].map((promise) =>
      promise.then(
        () => "done",
        (error: unknown) => (error as Error).name,
      ),
    );
    const stats = cluster.stats();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await cluster.kill(0);
    expect((await stats).sites.map(({ site }) => site)).toEqual([1, 2]);
    for (const outcome of await Promise.all(pending)) expect(["SiteDownError", "ReleasedError"]).toContain(outcome);
    expect(await looping).toBeInstanceOf(SiteDownError);
    await expect(cluster.run("idle", undefined, { site: 0 })).rejects.toBeInstanceOf(SiteDownError);
  });

  test("a wait whose time is up, and whose answer is lost with a site, is a SiteDownError", async () => {
    for (const home of [0, 1]) {
      await using cluster = await launch<typeof Program>({ program, sites: 2 });
      const arrays = [];
      for (let k = 0; k < 8; k++) arrays.push(await cluster.memory.async.int32(`w${k}`, 1, { home: 1 - home }));
      for (const array of arrays) await array.async.set(0, 0);
      const waits = arrays.map((array) => array.async.wait(0, 0, 200).catch((error: unknown) => (error as Error).name));
      await new Promise((resolve) => setTimeout(resolve, 100));
      const looping = cluster.run("loop", undefined, { site: home }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await cluster.kill(home);
      for (const answer of await Promise.all(waits)) expect(["timed-out", "SiteDownError"]).toContain(answer);
      await looping;
    }
  });

  test("an element that is no number of its kind is the caller's TypeError, wherever the page is", async () => {
    await using cluster = await launch<typeof Program>({ program, sites: 2 });
    const array = await cluster.memory.async.int32("typed", 2_000, { home: "cyclic" });
    const wrong = 1n as unknown as number;
    for (const i of [0, 1_999]) {
      await expect(array.async.set(i, wrong)).rejects.toThrow(TypeError);
      await expect(array.async.add(i, wrong)).rejects.toThrow(TypeError);
      await expect(array.async.compareExchange(i, 0, wrong)).rejects.toThrow(TypeError);
    }
    expect(await cluster.runAll("idle")).toEqual([0, 1]);
  });
});

test.each([true, false])("a span that its function left behind (throwing: %s) holds nobody up", async (fail) => {
  await using cluster = await launch<typeof Program>({ program, sites: 2 });
  await cluster.run("forgetSpan", { fail }, { site: 0 }).catch(() => undefined);
  expect(await cluster.run("useForgotten", undefined, { site: 1 })).toBe(0);
});
