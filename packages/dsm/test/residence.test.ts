import { describe, expect, it, vi } from "vitest";
import { nearSpans } from "../src/near.ts";
import { ANSWER_TIMEOUT_MS, ResidenceService } from "../src/residence.ts";
import type { SharedArray } from "../src/shared-array.ts";
import { Mesh } from "./mesh.ts";

const PAGE = 256;
const PER_PAGE = PAGE / 8;

function start(sites: number, isUp: (site: number) => boolean = () => true) {
  const mesh = new Mesh({ sites, pageSize: PAGE });
  const services = mesh.members.map(({ endpoint }) => new ResidenceService(endpoint, () => 1_000 + endpoint.self));
  services.at(-1)!.isUp = isUp;
  return { mesh, services, asker: services.at(-1)! };
}

async function settled<T>(mesh: Mesh, promise: Promise<T>): Promise<T> {
  let isDone = false;
  const watched = promise.finally(() => {
    isDone = true;
  });
  watched.catch(() => undefined);
  while (!isDone) {
    mesh.pump();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return watched;
}

async function atLauncher(mesh: Mesh, name: string, pages: number, home: number): Promise<SharedArray> {
  return settled(mesh, mesh.launcher.memory.async.float64(name, pages * PER_PAGE, { home }));
}

describe("where data is", () => {
  it("is told by every site from its own page states: owned, cached, or there as the home's copy", async () => {
    const { mesh, asker } = start(3);
    const array = await atLauncher(mesh, "a", 10, 2);
    const [zero, one] = [0, 1].map((site) => mesh.memory(site).float64("a", 10 * PER_PAGE));
    for (let page = 0; page < 4; page++) zero!.set(page * PER_PAGE, 1);
    for (const page of [4, 6, 5]) one!.get(page * PER_PAGE); // in no order: nothing is fetched ahead
    const { total, sites } = await settled(mesh, asker.ask(nearSpans(array, mesh.launcher.endpoint)));
    expect(total).toBe(10 * PAGE);
    expect(sites).toEqual([
      { owned: 4 * PAGE, cached: 0, home: 0, ageMs: 0 },
      { owned: 0, cached: 3 * PAGE, home: 0, ageMs: 0 },
      { owned: 0, cached: 0, home: 6 * PAGE, ageMs: 0 }, // three that nobody has, three that are shared
    ]);
    expect(asker.heapBytes).toEqual([1_000, 1_001, 1_002]);
  });

  it("is asked for parts, several at once, and many questions in one message to each site", async () => {
    const { mesh, asker } = start(2);
    const array = await atLauncher(mesh, "a", 8, 0);
    mesh
      .memory(1)
      .float64("a", 8 * PER_PAGE)
      .fill(1, 2 * PER_PAGE, 6 * PER_PAGE);
    const { endpoint } = mesh.launcher;
    const before = endpoint.serviceMessages;
    const parts = [
      array.subarray(0, PER_PAGE),
      array.reading(PER_PAGE, 3 * PER_PAGE),
      [array.subarray(5 * PER_PAGE), array.writing(0, 1)],
    ];
    const asked = parts.map((part) => asker.ask(nearSpans(part, endpoint)));
    const found = await settled(mesh, Promise.all(asked));
    expect(found.map(({ total, sites }) => [total / PAGE, sites[1]!.owned / PAGE])).toEqual([
      [1, 0],
      [2, 1],
      [4, 1],
    ]);
    expect(endpoint.serviceMessages - before).toBe(2);
  });

  it("is not waited for for long from a site that does not answer, whose last word then counts", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { mesh, asker } = start(2);
      const array = await atLauncher(mesh, "a", 4, 0);
      const spans = nearSpans(array, mesh.launcher.endpoint);
      await settled(mesh, asker.ask(spans));
      mesh.time += 50;
      const asked = asker.ask(spans); // nobody polls
      await Promise.resolve();
      let isSettled = false;
      void asked.then(() => {
        isSettled = true;
      });
      vi.advanceTimersByTime(ANSWER_TIMEOUT_MS - 0.5);
      await new Promise((resolve) => setImmediate(resolve));
      expect(isSettled).toBe(false);
      vi.advanceTimersByTime(1);
      const { sites } = await asked;
      expect(sites[0]).toEqual({ owned: 0, cached: 0, home: 4 * PAGE, ageMs: 50 });
      // Both are overdue now: the next question is not held up at all.
      mesh.time += 50;
      const { sites: again } = await asker.ask(spans);
      expect(again[0]!.ageMs).toBe(100);
      // They do answer at last, and are waited for again.
      while (mesh.pump());
      const { sites: last } = await settled(mesh, asker.ask(spans));
      expect(last.map((one) => one!.ageMs)).toEqual([0, 0]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is not asked again while nothing can have moved", async () => {
    const { mesh, services, asker } = start(2);
    const array = await atLauncher(mesh, "a", 4, 0);
    const { endpoint } = mesh.launcher;
    const spans = nearSpans(array, endpoint);
    asker.isBusy = () => false;
    const asks = async (): Promise<boolean> => {
      const before = endpoint.serviceMessages;
      await settled(mesh, asker.ask(spans));
      return endpoint.serviceMessages > before;
    };
    expect([await asks(), await asks(), await asks()]).toEqual([true, false, false]);
    // A site gained pages, and has said so with what it returned.
    mesh
      .memory(1)
      .float64("a", 4 * PER_PAGE)
      .set(0, 1);
    asker.reported(1, services[1]!.gains);
    expect([await asks(), await asks()]).toEqual([true, false]);
    // The asker itself did.
    const reading = array.async.get(PER_PAGE);
    await settled(mesh, reading);
    expect([await asks(), await asks()]).toEqual([true, false]);
    // It had a site take some.
    await settled(mesh, array.async.moveTo(1));
    expect([await asks(), await asks()]).toEqual([true, false]);
    // A site may have gained some since it was last heard of, unless it was just now.
    mesh.time += 11;
    asker.reported(0, services[0]!.gains);
    expect(await asks()).toBe(true);
    mesh.time += 11;
    for (const [site, service] of services.slice(0, 2).entries()) asker.reported(site, service.gains);
    expect(await asks()).toBe(false);
    // It runs something.
    asker.isBusy = (site) => site === 1;
    expect([await asks(), await asks()]).toEqual([true, true]);
  });

  it("is nowhere for a site that is down", async () => {
    const down = new Set<number>();
    const { mesh, asker } = start(2, (site) => !down.has(site));
    const array = await atLauncher(mesh, "a", 4, 0);
    const spans = nearSpans(array, mesh.launcher.endpoint);
    const asked = asker.ask(spans);
    await Promise.resolve();
    down.add(0);
    asker.siteDown(0);
    const { sites } = await settled(mesh, asked);
    expect(sites[0]).toBeUndefined();
    const after = await settled(mesh, asker.ask(spans));
    expect(after.sites).toEqual([undefined, { owned: 0, cached: 0, home: 0, ageMs: 0 }]);
  });

  it("cannot be asked of a freed array, nor of what is no shared data", async () => {
    const { mesh, asker } = start(2);
    const array = await atLauncher(mesh, "a", 4, 0);
    const { endpoint } = mesh.launcher;
    const spans = nearSpans(array, endpoint);
    await settled(mesh, mesh.launcher.memory.async.free("a"));
    await expect(asker.ask(spans)).rejects.toMatchObject({ code: "RELEASED" });
    expect(() => nearSpans(array, endpoint)).toThrow(/"a" was freed/);
    for (const wrong of [undefined, null, 3, "a", {}, [1], new Float64Array(2), { array: 1, start: 0, end: 1 }]) {
      expect(() => nearSpans(wrong, endpoint)).toThrow(/near takes a shared array, a part of one/);
    }
    const other = start(2);
    const foreign = await atLauncher(other.mesh, "a", 4, 0);
    expect(() => nearSpans(foreign, endpoint)).toThrow(/another cluster/);
    expect(nearSpans([], endpoint)).toEqual([]);
  });
});
