import { ReleasedError, TimeoutError } from "@isles/base";
import type { Port } from "@isles/transport";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ArrayOptions, SharedArray } from "../src/index.ts";
import { Mesh, type MeshOptions } from "./mesh.ts";

type Ints = SharedArray<Int32Array>;

/** Two sites, and arrays of pages of 256 bytes (or as `options` say) that live at site 1; more pages than are asked for at once. */
function pair(
  names: readonly string[],
  pages = 200,
  options: ArrayOptions = {},
  meshOptions: Partial<MeshOptions> = {},
) {
  const mesh = new Mesh({ sites: 2, pageSize: 256, ...meshOptions });
  const open = (member: number) =>
    names.map((name) => {
      const length = (pages * (options.pageSize ?? 256)) / 4;
      return mesh.members[member]!.memory.int32(name, length, { home: 1, ...options });
    });
  return { mesh, a: open(0), b: open(1), open };
}

/** How many pages are on their way to an endpoint, region by region. */
function underWay(mesh: Mesh, endpoint: number): number[] {
  return mesh.members[endpoint]!.endpoint.regions.all.map((region) => {
    let count = 0;
    for (let page = 0; page < region.pages; page++) if (!region.stable(page)) count++;
    return count;
  });
}

/** Counts the messages that sites send. */
function counting() {
  const sent: number[] = [0, 0, 0];
  const wrapPort = (port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        if (name === "send") sent[target.self]!++;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  return { sent, wrapPort };
}

function expectIdle(mesh: Mesh) {
  mesh.settle();
  expect(mesh.members.map(({ endpoint }) => endpoint.pins.live.length)).toEqual(mesh.members.map(() => 0));
  expect(mesh.members.map(({ endpoint }) => endpoint.pending.size)).toEqual(mesh.members.map(() => 0));
}

describe.each(["sequential", "release"] as const)("an asynchronous span, %s consistency", (consistency) => {
  it.each([
    [256, 64],
    [4_096, 64],
    [16_384, 24],
    [65_536, 6],
  ])("asks for as many pages of %i bytes ahead as the rings hold: %i", async (pageSize, window) => {
    const { mesh, a, b } = pair(["grid"], 80, { pageSize, consistency });
    b[0]!.write().release();
    const asked = a[0]!.async.read();
    await vi.waitFor(() => expect(underWay(mesh, 0)).toEqual([window]));
    mesh.members[1]!.endpoint.poll();
    mesh.members[0]!.endpoint.poll();
    expect(underWay(mesh, 0)[0]).toBeLessThanOrEqual(window);
    (await mesh.outcome(asked)).release();
    expectIdle(mesh);
  });

  it("asks in all of its ranges at once", async () => {
    const { mesh, a } = pair(["x", "y"], 200, { consistency });
    const asked = mesh.memory(0).async.acquire({ x: a[0]!.reading(), y: a[1]!.writing(64) });
    expect(underWay(mesh, 0)).toEqual([64, 64]);
    (await mesh.outcome(asked)).release();
    expectIdle(mesh);
  });

  it("comes in few messages, whoever asks", async () => {
    for (const reader of [0, 2]) {
      const { sent, wrapPort } = counting();
      const { mesh, b, open } = pair(["grid"], 512, { consistency }, { wrapPort, ring: 64 });
      const [mine] = open(reader) as [Ints];
      b[0]!.fill(7);
      sent.fill(0);
      const span = await mesh.outcome(mine.async.read());
      expect(span.view.every((value) => value === 7)).toBe(true);
      expect(sent[reader]).toBeLessThan(512 / 8);
      span.release();
      expectIdle(mesh);
    }
  });
});

describe("asynchronous spans at the same time", () => {
  it("over the same pages, of one endpoint and of others, read and write one after another", async () => {
    const { mesh, a, b, open } = pair(["grid"]);
    const [launchers] = open(2) as [Ints];
    const add = async (array: Ints, from: number, to: number) => {
      using span = await array.async.write(from, to);
      for (let i = 0; i < span.view.length; i++) span.view[i]!++;
      await Promise.resolve();
    };
    const check = async (array: Ints) => {
      using span = await array.async.read();
      const before = span.view.slice();
      await new Promise((resolve) => setImmediate(resolve));
      expect(span.view).toEqual(before);
    };
    const { length } = launchers;
    const all: Promise<void>[] = [];
    for (let time = 0; time < 3; time++) {
      for (const array of [a[0]!, b[0]!]) all.push(add(array, 0, length), add(array, 0, length));
      all.push(check(launchers), check(launchers)); // no span of theirs writes: what they hold stays as it is
    }
    await mesh.outcome(Promise.all(all));
    expect(new Set(b[0]!.read().view)).toEqual(new Set([12]));
  });

  it("that write what another one of theirs is reading do not ask page by page", async () => {
    const { sent, wrapPort } = counting();
    const { mesh, a, b } = pair(["grid"], 256, {}, { wrapPort, ring: 64 });
    b[0]!.fill(1);
    sent.fill(0);
    const read = a[0]!.async.read();
    const written = a[0]!.async.write(); // its pages are on their way already, to be read
    const [one, other] = await mesh.outcome(Promise.all([read, written]));
    other.view.fill(2);
    expect(sent[0]).toBeLessThan(64);
    one.release();
    other.release();
    expect(new Set(b[0]!.read().view)).toEqual(new Set([2]));
  });

  it("begun before a wait of their thread, and overtaken by it, get all pages with what others wrote meanwhile", async () => {
    const { mesh, a, b } = pair(["other", "grid"]); // the wait is for a page before all those of the span
    b[1]!.fill(1);
    const held = b[1]!.write(150 * 64, 151 * 64);
    const pending = a[1]!.async.write();
    mesh.settle(); // the first 150 pages are held at site 0
    const taken = b[1]!.async.write(0, 100 * 64).then((span) => {
      span.view.fill(2);
      span.release();
    });
    mesh.settle();
    expect(a[0]!.get(0)).toBe(0); // this wait gives them away: their grant comes inside it
    await mesh.outcome(taken);
    held.view.fill(3);
    held.release();
    const span = await mesh.outcome(pending);
    expect([0, 99, 100, 149, 150, 151].map((page) => span.view[page * 64])).toEqual([2, 2, 1, 1, 3, 1]);
    span.release();
    expectIdle(mesh);
  });
});

it("what was asked for ahead and taken again is asked for together again", async () => {
  const { sent, wrapPort } = counting();
  const { mesh, a, b } = pair(["grid"], 60, {}, { wrapPort, ring: 64 });
  const held = b[0]!.write(0, 1);
  const pending = a[0]!.async.read();
  mesh.settle();
  for (let page = 1; page < 60; page++) b[0]!.set(page * 64, page);
  mesh.settle();
  sent.fill(0);
  held.release();
  const span = await mesh.outcome(pending);
  for (let page = 1; page < 60; page++) expect(span.view[page * 64]).toBe(page);
  expect(sent[0]).toBeLessThan(12);
});

describe("an asynchronous span that never comes", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(["first", "second"] as const)(
    "because an array is freed, the %s of two: says so, and holds nothing",
    async (which) => {
      const { mesh, a, b, open } = pair(["first", "second"]);
      const held = b[which === "first" ? 1 : 0]!.write(5, 6);
      const ranges = (arrays: Ints[]) => ({ x: arrays[0]!.reading(), y: arrays[1]!.writing() });
      const launchers = open(2);
      const waiting = [
        mesh.memory(0).async.acquire(ranges(a)),
        mesh.memory(0).async.acquire(ranges(a)),
        mesh.launcher.memory.async.acquire(ranges(launchers)),
      ];
      const refused = waiting.map((promise) => expect(promise).rejects.toThrow(ReleasedError));
      mesh.settle();
      await mesh.outcome(mesh.memory(1).async.free(which));
      await mesh.outcome(Promise.all(refused));
      held.view.fill(4);
      held.release();
      expectIdle(mesh);
      const left = which === "first" ? 1 : 0;
      const span = await mesh.outcome(launchers[left]!.async.write());
      expect([span.view[4], span.view[5]]).toEqual([0, 4]);
      span.release();
    },
  );

  it("because two wait for each other's: gives up after ten seconds, and lets go of what it had asked for ahead", async () => {
    const { mesh, a, b } = pair(["grid"]);
    using first = await mesh.outcome(a[0]!.async.write(199 * 64, 200 * 64));
    const second = await mesh.outcome(b[0]!.async.write(100 * 64, 101 * 64));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const refused = expect(a[0]!.async.write(0, 199 * 64)).rejects.toThrow(TimeoutError);
    mesh.settle();
    await vi.advanceTimersByTimeAsync(9_999);
    mesh.settle();
    expect(mesh.members[0]!.endpoint.pins.live).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2);
    await refused;
    vi.useRealTimers();
    expect(mesh.members[0]!.endpoint.pins.live).toHaveLength(1);
    using others = await mesh.outcome(b[0]!.async.write(0, 199 * 64));
    expect(others.view.length).toBe(199 * 64);
    expect(first.view.length).toBe(64);
    second.release();
  });
});
