import * as Comlink from "comlink";
import { any, type Cluster, launch, withOptions } from "isles";
import { describe, expect, test } from "vitest";
import type * as Program from "./src/rpc-places.program.ts";
import { useApi } from "./src/rpc-places.program.ts";

/** Groups, binding by name alone, and Comlink, between sites and the launcher. */
const program = new URL("./dist/rpc-places.program.js", import.meta.url);
const TIMES = Number(process.env.ISLES_TIMES ?? (process.env.ISLES_LONG === "1" ? 20 : 1));

const start = (sites: number): Promise<Cluster<typeof Program>> => launch<typeof Program>({ program, sites });

describe("a group", () => {
  test("calls all its sites; outcomes in the order it names them", async () => {
    await using cluster = await start(4);
    await cluster.runAll("expose", "place");
    const group = cluster.rpc.group<Program.Place>([2, 0, 3], "place");
    expect(await group.where()).toEqual([2, 0, 3]);
    expect(await group.times(5).all()).toEqual([10, 0, 15]);
    expect(await group.slow().any()).toBe(0);
    await expect(group.failOnOdd()).rejects.toThrow("odd 3");
    expect(await group.failOnOdd().settled()).toMatchObject([
      { site: 2, status: "fulfilled", value: 2 },
      { site: 0, status: "fulfilled", value: 0 },
      { site: 3, status: "rejected", reason: { name: "RangeError", message: "odd 3" } },
    ]);
    await expect(cluster.rpc.group<Program.Place>([1, 3], "place").failOnOdd().any()).rejects.toMatchObject({
      errors: [{ message: "odd 1" }, { message: "odd 3" }],
    });
  });

  test("does so from sites", async () => {
    await using cluster = await start(3);
    await cluster.runAll("expose", "place");
    const expected = [[0, 10, 20], [0, 1, 2], 0, [0, "1 RangeError", 2]];
    expect(await cluster.runAll("groupFrom", "place")).toEqual([expected, expected, expected]);
  });
});

describe("binding by name alone", { timeout: 30_000 * TIMES }, () => {
  test("spreads stubs over those who expose it; one stub stays with one", async () => {
    await using cluster = await start(3);
    await cluster.run("expose", "place", { site: 1 });
    await cluster.run("expose", "place", { site: 2 });
    const found = await Promise.all(
      Array.from({ length: 20 }, () => cluster.rpc.stub<Program.Place>(any, "place").where()),
    );
    expect(new Set(found)).toEqual(new Set([1, 2]));
    const one = cluster.rpc.stub<Program.Place>(any, "place");
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => one.where()))).size).toBe(1);
    expect(new Set(await cluster.run("callAny", { name: "place", times: 20 }, { site: 0 }))).toEqual(new Set([1, 2]));
  });

  test("waits for a site that exposes it later, blocking or not", async () => {
    await using cluster = await start(3);
    for (let time = 0; time < TIMES; time++) {
      const name = `later ${time}`;
      const blocked = [0, 1].map((site) => cluster.run("callAnyLater", name, { site }));
      const awaited = cluster.rpc.stub<Program.Place>(any, name).where();
      await cluster.run("expose", name, { site: 2 });
      expect(await Promise.all([...blocked, awaited])).toEqual([2, 2, 2]);
    }
  });

  test("gives up when nobody does", async () => {
    await using cluster = await start(2);
    expect(await cluster.run("callAnyInVain", "nobody", { site: 0 })).toBe("TimeoutError");
    const stub = withOptions(cluster.rpc.stub<Program.Place>(any, "nobody"), { timeoutMs: 50 });
    await expect(stub.where()).rejects.toMatchObject({ code: "TIMEOUT", message: expect.stringMatching(/"nobody"/) });
    const abort = new AbortController();
    const aborted = withOptions(cluster.rpc.stub<Program.Place>(any, "nobody"), { signal: abort.signal }).where();
    abort.abort(new RangeError("no more"));
    await expect(aborted).rejects.toThrow("no more");
  });

  test("finds another when the one found has withdrawn it, or is lost", async () => {
    for (let time = 0; time < TIMES; time++) {
      await using cluster = await start(3);
      const stub = cluster.rpc.stub<Program.Place>(any, "moving");
      await cluster.run("expose", "moving", { site: 0 });
      expect(await stub.where()).toBe(0);
      await cluster.run("expose", "moving", { site: 1 });
      await cluster.run("withdraw", "moving", { site: 0 });
      // The call that finds it gone fails, or is sent on; the next one goes to the other.
      await stub.where().catch((error: unknown) => expect(error).toMatchObject({ code: "NOT_EXPOSED" }));
      expect(await stub.where()).toBe(1);
      await cluster.run("expose", "moving", { site: 2 });
      await expect(stub.exit()).rejects.toMatchObject({ code: "SITE_DOWN", site: 1 });
      expect(await stub.where()).toBe(2);
      expect(await cluster.run("callAny", { name: "moving", times: 3 }, { site: 0 })).toEqual([2, 2, 2]);
    }
  });

  test("a name that a site withdraws is not there any more; calls under way end", async () => {
    await using cluster = await start(2);
    await cluster.run("expose", "gone", { site: 1 });
    const stub = cluster.rpc.stub<Program.Place>(1, "gone");
    const slow = stub.slow();
    await stub.where();
    await cluster.run("withdraw", "gone", { site: 1 });
    await expect(stub.where()).rejects.toMatchObject({ code: "NOT_EXPOSED" });
    expect(await slow).toBe(1);
  });
});

describe("Comlink", { timeout: 30_000 * TIMES }, () => {
  const used = (site: number): unknown[] => [
    3,
    site,
    "1.0",
    "later",
    12,
    5,
    5,
    1_000,
    0,
    50,
    7,
    "RangeError: too far",
    39_800,
  ];

  test("between the launcher and sites, and between sites, all at once", async () => {
    await using cluster = await start(3);
    await cluster.runAll("exposeComlink", "api");
    for (let time = 0; time < TIMES; time++) {
      // Each pair has one channel of the name: a service ends when its last caller releases it, so each has its turn.
      const name = `api ${time}`;
      await cluster.runAll("exposeComlink", name);
      const own = [0, 1, 2].map((site) => useApi(Comlink.wrap(cluster.rpc.endpoint(site, name))));
      const theirs = [0, 1, 2].map((site) => cluster.run("useComlink", { name, of: (site + 1) % 3 }, { site }));
      expect(await Promise.all(own)).toEqual([used(0), used(1), used(2)]);
      expect(await Promise.all(theirs)).toEqual([used(1), used(2), used(0)]);
    }
  });

  test("from sites to what the launcher exposes", async () => {
    await using cluster = await start(2);
    for (const site of [0, 1]) {
      Comlink.expose({ ask: async (n: number) => n * 2 }, cluster.rpc.endpoint(site, "desk"));
      const endpoint = cluster.rpc.endpoint(site, "api");
      await cluster.run("exposeComlink", "api", { site });
      const api = Comlink.wrap<Program.Api>(endpoint);
      expect(
        await api.each(
          [1, 2],
          Comlink.proxy((value) => value + 1),
        ),
      ).toBe(5);
    }
  });

  test("calls services that were exposed natively, and only their methods", async () => {
    await using cluster = await start(2);
    await cluster.runAll("exposeNative", "native");
    for (let time = 0; time < TIMES; time++) {
      const api = Comlink.wrap<Program.Api>(cluster.rpc.endpoint(1, "native"));
      expect([await api.add(1, 2), await api.site()]).toEqual([3, 1]);
      expect(
        await api.each(
          [1, 2, 3],
          Comlink.proxy((value) => value * 2),
        ),
      ).toBe(12);
      await expect(api.fail()).rejects.toThrow("too far");
      await expect((api as unknown as { gone(): Promise<void> }).gone()).rejects.toThrow(/no method "gone"/);
      await expect(async () => api.version).rejects.toThrow();
      api[Comlink.releaseProxy]();
    }
  });

  test("is answered once a blocked site is back in its event loop", async () => {
    await using cluster = await start(2);
    await cluster.runAll("exposeComlink", "api");
    const blocked = cluster.run("blockFor", 100, { site: 1 });
    const api = Comlink.wrap<Program.Api>(cluster.rpc.endpoint(1, "api"));
    const answer = api.add(1, 1);
    await blocked;
    expect(await answer).toBe(2);
  });
});
