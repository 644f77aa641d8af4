import { ReleasedError } from "@isles/base";
import { describe, expect, it } from "vitest";
import type { SharedArray } from "../src/index.ts";
import { locked, meet, releaseMesh } from "./release-mesh.ts";

type Ints = SharedArray<Int32Array>;

/** Site 1 is the home; sites 0 and 2 are not. */
function three(home: number | "launcher" | "cyclic" = 1) {
  const { mesh, arrays } = releaseMesh<Int32Array>("int32", 128, { home }, { sites: 3 });
  return { mesh, a: arrays[0] as Ints, b: arrays[1] as Ints, c: arrays[2] as Ints, launcher: arrays[3] as Ints };
}

describe.each([1, "launcher", "cyclic"] as const)("a span that is held across a barrier, pages at home %s", (home) => {
  it("that reads shows, in the same view, what the others have written", async () => {
    const { mesh, a, b, c } = three(home);
    const spans = [a, b, c].map((array) => array.read());
    const views = spans.map((span) => span.view);
    for (let round = 1; round < 4; round++) {
      c.set(5, round);
      a.set(70, -round);
      await meet(mesh);
      for (const view of views) expect([view[5], view[70]]).toEqual([round, -round]);
      await meet(mesh);
    }
    for (const span of spans) span.release();
    expect(mesh.members.every(({ endpoint }) => endpoint.pins.idle)).toBe(true);
  });

  it("that writes keeps what was written before and after, gets the others', and tells all of it", async () => {
    const { mesh, a, b, c } = three(home);
    const spans = [a, b, c].map((array) => array.write());
    for (let round = 1; round < 5; round++) {
      for (const [site, { view }] of spans.entries()) {
        for (let i = site; i < 128; i += 3) view[i] = round * 1000 + i;
      }
      await meet(mesh);
      for (const { view } of spans) expect([...view]).toEqual(Array.from({ length: 128 }, (_, i) => round * 1000 + i));
      await meet(mesh);
    }
    for (const [site, { view }] of spans.entries()) view[site] = -1; // after the last barrier, told by the next one
    for (const span of spans) span.release();
    await meet(mesh);
    for (const array of [a, b, c]) expect([0, 1, 2, 3].map((i) => array.get(i))).toEqual([-1, -1, -1, 4003]);
  });

  it("keeps what it writes while its page is being fetched anew", async () => {
    const { mesh, a, b, c } = three(home);
    const span = a.write();
    c.get(0);
    await meet(mesh);
    c.set(1, 10);
    mesh.members[2]!.endpoint.releaseWrites();
    span.view[0] = 20;
    // Acquires and goes on, as a thread does that must not block; the page is under way meanwhile.
    const acquired = mesh.members[0]!.endpoint.fences.acquireAsync();
    span.view[2] = 30;
    await mesh.outcome(acquired);
    expect([...span.view.subarray(0, 3)]).toEqual([20, 10, 30]);
    span.release();
    await meet(mesh);
    for (const array of [a, b, c]) expect([0, 1, 2].map((i) => array.get(i))).toEqual([20, 10, 30]);
  });

  it("a release while the page is being fetched anew waits, and then tells what was written", async () => {
    const { mesh, a, b, c } = three(home);
    const span = a.write();
    c.get(0);
    await meet(mesh);
    c.set(1, 10);
    mesh.members[2]!.endpoint.releaseWrites();
    span.view[0] = 20;
    const { fences } = mesh.members[0]!.endpoint;
    const [acquired, released] = [fences.acquireAsync(), fences.releaseAsync()];
    await mesh.outcome(Promise.all([acquired, released]));
    expect([...span.view.subarray(0, 2)]).toEqual([20, 10]);
    mesh.members[1]!.endpoint.fences.acquire();
    expect([0, 1].map((i) => b.get(i))).toEqual([20, 10]);
    span.release();
  });
});

describe("a span held across a lock that another site has had", () => {
  it("is lent, and shows what was written under the lock", () => {
    const { mesh, a, b, c } = three();
    using reading = a.read(0, 64);
    using writing = a.write(64, 128);
    writing.view[0] = 7;
    for (let round = 1; round < 6; round++) {
      locked(mesh, 2, "words", () => {
        c.set(3, c.get(3) + 1);
        c.set(67, c.get(67) + 1);
      });
      locked(mesh, 0, "words", () => {
        expect([reading.view[3], writing.view[3], writing.view[0]]).toEqual([2 * round - 1, 2 * round - 1, 7]);
        a.set(3, 2 * round);
        writing.view[3]!++;
      });
      locked(mesh, 1, "words", () => expect([b.get(3), b.get(67), b.get(64)]).toEqual([2 * round, 2 * round, 7]));
    }
  });
});

describe("locks inside each other", () => {
  it("a dirty page that goes stale inside another lock keeps what is unreleased and gets what is new", () => {
    const { mesh, a, b, c } = three();
    for (let round = 1; round < 6; round++) {
      const outer = mesh.members[0]!.sync.lock("outer").acquire();
      a.set(0, round); // unreleased
      locked(mesh, 2, "inner", () => c.set(1, c.get(1) + 1)); // the same page
      locked(mesh, 0, "inner", () => {
        expect([a.get(0), a.get(1)]).toEqual([round, 2 * round - 1]);
        a.set(1, 2 * round);
      });
      a.set(2, -round);
      outer.release();
      locked(mesh, 1, "outer", () => expect([0, 1, 2].map((i) => b.get(i))).toEqual([round, 2 * round, -round]));
    }
  });

  it("a word that is written back to what it was before another one changed it is written", () => {
    const { mesh, a, b, c } = three();
    locked(mesh, 0, "words", () => a.set(0, 5));
    locked(mesh, 2, "words", () => c.set(0, c.get(0) + 1));
    a.set(9, 1); // makes site 0's page dirty on a stale twin, in which the word is 5
    locked(mesh, 0, "words", () => {
      expect(a.get(0)).toBe(6);
      a.set(0, 5);
    });
    locked(mesh, 1, "words", () => expect([b.get(0), b.get(9)]).toEqual([5, 1]));
    locked(mesh, 2, "words", () => expect([c.get(0), c.get(9)]).toEqual([5, 1]));
  });
});

describe("windows of element accesses", () => {
  it("close when a page goes at an acquire, and when it is clean after a release", async () => {
    const { mesh, a, b, c } = three();
    for (let round = 1; round < 4; round++) {
      let [sumA, sumC] = [0, 0];
      for (let i = 0; i < 128; i++) sumA += a.get(i); // climbing reads open windows
      for (let i = 0; i < 128; i++) sumC += c.get(i);
      expect([sumA, sumC]).toEqual([128 * (round - 1), 128 * (round - 1)]);
      await meet(mesh);
      for (let i = 0; i < 64; i++) a.set(i, round); // climbing stores open them, too
      for (let i = 64; i < 128; i++) c.set(i, round);
      await meet(mesh);
      for (let i = 0; i < 128; i++) expect(b.get(i)).toBe(round);
      await meet(mesh);
    }
  });

  it("a store between two releases is told by the second, though the window of the first was open", async () => {
    const { mesh, a, b } = three();
    for (let i = 0; i < 20; i++) {
      a.set(i, i + 1);
      mesh.members[0]!.endpoint.releaseWrites();
    }
    await meet(mesh);
    for (let i = 0; i < 20; i++) expect(b.get(i)).toBe(i + 1);
  });
});

describe("groups of spans", () => {
  it("of arrays of both kinds are taken together, and each keeps its promise", async () => {
    const { mesh, a } = three();
    const plain = mesh.members.map(({ memory }) => memory.int32("plain", 128, { pageSize: 256 }));
    {
      using spans = mesh.memory(0).acquire({ weak: a.writing(), strong: plain[0]!.writing(0, 64) });
      spans.weak.view.fill(1);
      spans.strong.view.fill(2);
    }
    expect(plain[2]!.get(63)).toBe(2);
    await meet(mesh);
    const other = mesh.memory(2).int32("array", 128, { consistency: "release" });
    using spans = mesh.memory(2).acquire({ weak: other.reading(100, 128), strong: plain[2]!.reading() });
    expect([spans.weak.view[27], spans.strong.view[0]]).toEqual([1, 2]);
  });
});

describe("the debug mode", () => {
  it("guards spans of such arrays as it does others", async () => {
    const { mesh, arrays } = releaseMesh<Int32Array>("int32", 64, { home: 1 }, { sites: 2, debug: true });
    const [a, b] = arrays as [Ints, Ints];
    const span = a.write();
    span.view[0] = 4;
    await meet(mesh);
    span.view[1] = 5;
    span.release();
    expect(() => span.view[0]).toThrow(ReleasedError);
    await meet(mesh);
    using reading = b.read();
    expect([reading.view[0], reading.view[1]]).toEqual([4, 5]);
    expect(() => {
      reading.view[0] = 1;
    }).toThrow();
  });
});
