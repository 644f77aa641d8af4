import { ReleasedError, TimeoutError } from "@isles/base";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Mesh } from "./mesh.ts";

/** Two sites, an array of four pages each side, 32 doubles a page. */
function pair(debug = false) {
  const mesh = new Mesh({ sites: 2, pageSize: 256, debug });
  const [a, b] = [mesh.memory(0).float64("grid", 256), mesh.memory(1).float64("grid", 256)];
  return { mesh, a, b };
}

describe("spans", () => {
  it("are raw views over exactly their range", () => {
    const { a, b } = pair();
    {
      using span = a.write(30, 70);
      expect([span.start, span.end, span.view.length]).toEqual([30, 70, 40]);
      expect(span.view).toBeInstanceOf(Float64Array);
      span.view.fill(1);
    }
    expect([29, 30, 69, 70].map((i) => b.get(i))).toEqual([0, 1, 1, 0]);
  });

  it("keep their pages until released: a writer's from readers, a reader's from writers", async () => {
    const { mesh, a, b } = pair();
    const held = a.write(0, 10);
    const got = b.async.get(5);
    mesh.settle();
    held.view[5] = 3;
    held.release();
    expect(await mesh.outcome(got)).toBe(3);
    const reading = b.read(0, 10);
    let stored = false;
    const setting = a.async.set(5, 4).then(() => {
      stored = true;
    });
    mesh.settle();
    await Promise.resolve();
    expect([stored, reading.view[5]]).toEqual([false, 3]);
    reading.release();
    await mesh.outcome(setting);
    expect(b.get(5)).toBe(4);
  });

  it("nest and overlap on one site, and one page is let go with the last of them", async () => {
    const { mesh, a, b } = pair();
    const [outer, inner, reader] = [a.write(0, 100), a.write(20, 40), a.read(0, 10)];
    inner.view[0] = 7;
    expect(outer.view[20]).toBe(7);
    const got = b.async.get(20);
    outer.release();
    mesh.settle();
    inner.view[0] = 8;
    inner.release();
    reader.release();
    expect(await mesh.outcome(got)).toBe(8);
    expect(mesh.members[0]!.endpoint.pins.idle).toBe(true);
  });

  it("release is idempotent and does not end another span of the same pages", () => {
    const { mesh, a } = pair();
    const [first, second] = [a.write(0, 10), a.write(0, 10)];
    first.release();
    first.release();
    first[Symbol.dispose]();
    expect(mesh.members[0]!.endpoint.pins.live).toHaveLength(1);
    second.release();
    expect(mesh.members[0]!.endpoint.pins.idle).toBe(true);
  });

  it("of several arrays are taken at once and go at once", () => {
    const { mesh, a } = pair();
    const other = mesh.memory(0).int32("other", 1_000);
    {
      using both = mesh.memory(0).acquire({ src: a.reading(0, 8), dst: other.writing(), none: other.reading(5, 5) });
      expect([both.src.view.length, both.dst.view.length, both.none.view.length]).toEqual([8, 1_000, 0]);
      both.dst.view[999] = 1;
    }
    expect(mesh.members[0]!.endpoint.pins.idle).toBe(true);
    expect(mesh.memory(1).int32("other", 1_000).get(999)).toBe(1);
  });

  it("acquire of nothing, and of one page twice in both modes, is granted", () => {
    const { mesh, a } = pair();
    using none = mesh.memory(0).acquire({});
    using twice = mesh.memory(1).acquire({ r: a.reading(0, 5), w: a.writing(3, 9) });
    expect(twice.w.view.length).toBe(6);
    none.release();
  });

  it("releasing one span of a group lets all of them go", () => {
    const { mesh, a } = pair();
    const group = mesh.memory(0).acquire({ x: a.reading(0, 5), y: a.writing(100, 105) });
    group.x.release();
    expect(mesh.members[0]!.endpoint.pins.idle).toBe(true);
    group.release();
  });

  it("no span of a group can be called release", () => {
    const { mesh, a } = pair();
    expect(() => mesh.memory(0).acquire({ release: a.reading() })).toThrow("no span can be called release");
    expect(mesh.members[0]!.endpoint.pins.idle).toBe(true);
  });

  it("in the debug mode say so when they are used after release; before, they are what they seem", () => {
    const { mesh, a, b } = pair(true);
    const span = a.write(0, 64);
    span.view.fill(2);
    span.view[3] = 5;
    expect(span.view.length).toBe(64);
    expect(span.view.subarray(3, 5)[0]).toBe(5);
    expect([...span.view.slice(2, 4)]).toEqual([2, 5]);
    span.release();
    expect(() => span.view[0]).toThrow(ReleasedError);
    expect(() => span.view.fill(0)).toThrow('of a span of "grid" that was released');
    expect(() => {
      span.view[0] = 1;
    }).toThrow(ReleasedError);
    const group = mesh.memory(0).acquire({ x: a.reading(), y: a.writing(0, 1) });
    expect(group.x.view[3]).toBe(5);
    group.release();
    expect(() => group.x.view[0]).toThrow(ReleasedError);
    expect(() => group.y.view[0]).toThrow(ReleasedError);
    a.fill(9).copyFrom(Float64Array.of(1, 2), 1);
    expect([0, 1, 2, 3].map((i) => b.get(i))).toEqual([9, 1, 2, 9]);
  });
});

describe("asynchronous spans", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are held across awaits, singly and together", async () => {
    const { mesh, a, b } = pair();
    {
      using span = await mesh.outcome(a.async.write(0, 40));
      const got = b.async.get(3);
      await Promise.resolve();
      mesh.settle();
      span.view[3] = 11;
      span.release();
      expect(await mesh.outcome(got)).toBe(11);
    }
    using both = await mesh.outcome(mesh.launcher.memory.async.acquire({ x: a.reading(0, 5), y: b.writing(100, 200) }));
    expect([both.x.view.length, both.y.view.length]).toEqual([5, 100]);
  });

  it("that wait for each other's while holding one give up after ten seconds with advice, and what they held still works", async () => {
    const { mesh, a, b } = pair();
    using first = await mesh.outcome(a.async.write(0, 1));
    const second = await mesh.outcome(b.async.write(100, 101));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const crossed = a.async.write(100, 101);
    const refused = expect(crossed).rejects.toSatisfy((error: Error) => {
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error.message).toMatch(
        /did not come within 10000 ms while this endpoint holds other spans.*memory\.async\.acquire/,
      );
      return true;
    });
    mesh.settle();
    await vi.advanceTimersByTimeAsync(9_999);
    mesh.settle();
    await vi.advanceTimersByTimeAsync(2);
    await refused;
    vi.useRealTimers();
    first.view[0] = 1;
    second.release();
    const again = await mesh.outcome(a.async.write(100, 101));
    again.release();
    expect(mesh.members[0]!.endpoint.pins.live).toHaveLength(1);
  });

  it("a single one waits without a limit", async () => {
    const { mesh, a, b } = pair();
    const held = b.write(0, 1);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const waiting = a.async.write(0, 1);
    mesh.settle();
    await vi.advanceTimersByTimeAsync(1_000_000);
    vi.useRealTimers();
    held.release();
    (await mesh.outcome(waiting)).release();
  });
});
