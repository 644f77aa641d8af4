import { BodyRing, createRings, GRANULE, ringBytes } from "@isles/transport";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const ENDPOINTS = 2;
const RING = ringBytes(ENDPOINTS);
const sizes = [256, 512, 1024, 4096, 8192, 16_384, 32_768, 65_536];

/** Both ends of a ring whose consumer has taken `taken` granules so far. */
function ringFrom(taken: number, endpoints = ENDPOINTS): { put: BodyRing; take: BodyRing } {
  const buffer = createRings(endpoints);
  new Int32Array(buffer)[0] = taken | 0;
  return { put: new BodyRing(buffer, 0, endpoints), take: new BodyRing(buffer, 0, endpoints) };
}

/** Body number `n`: bytes that no neighbour has. */
function body(n: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (n * 37 + i + (i >>> 8)) & 0xff;
  return bytes;
}

interface Flying {
  readonly n: number;
  readonly granule: number;
  readonly length: number;
}

class Traffic {
  readonly flying: Flying[] = [];
  refused = 0;
  readonly #ring: ReturnType<typeof ringFrom>;
  #next = 0;

  constructor(taken: number, endpoints = ENDPOINTS) {
    this.#ring = ringFrom(taken, endpoints);
  }

  put(length: number): boolean {
    const n = this.#next++;
    const source = new Uint8Array(length + 64);
    source.set(body(n, length), 32);
    const granule = this.#ring.put.put(source, 32, length);
    if (granule < 0) this.refused++;
    else this.flying.push({ n, granule, length });
    return granule >= 0;
  }

  take(unread = false): void {
    const { n, granule, length } = this.flying.shift()!;
    const into = new Uint8Array(length + 16);
    this.#ring.take.take(granule, length, unread ? null : into, 8);
    if (unread) return;
    expect(Buffer.compare(into.subarray(8, 8 + length), body(n, length))).toBe(0);
    expect(into.subarray(0, 8).every((byte) => byte === 0)).toBe(true);
    expect(into.subarray(8 + length).every((byte) => byte === 0)).toBe(true);
  }
}

describe("BodyRing", () => {
  // The counters wrap at 2³² granules, which is a tebibyte of bodies: a test begins just before it.
  it.each([0, 1000, 2 ** 31 - 700, 2 ** 32 - 900, 2 ** 32 - 1])(
    "gives back what was put, in any mixture of sizes, puts and takes, beginning at granule %i (property)",
    (taken) => {
      const action = fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...sizes) },
        { weight: 2, arbitrary: fc.constantFrom("take", "drop") },
      );
      fc.assert(
        fc.property(fc.array(action, { minLength: 1, maxLength: 120 }), (actions) => {
          const traffic = new Traffic(taken);
          for (const step of actions) {
            if (typeof step === "number") traffic.put(step);
            else if (traffic.flying.length > 0) traffic.take(step === "drop");
          }
          while (traffic.flying.length > 0) traffic.take();
          // Whatever happened, an empty ring takes the largest page.
          expect(traffic.put(65_536)).toBe(true);
        }),
        { numRuns: 60 },
      );
    },
  );

  it("holds exactly its size, then says -1, and has room again as bodies are taken", () => {
    for (const length of sizes) {
      const traffic = new Traffic(0);
      const fit = RING / length;
      for (let k = 0; k < fit; k++) expect(traffic.put(length)).toBe(true);
      expect(traffic.put(256)).toBe(false);
      traffic.take();
      expect(traffic.put(length)).toBe(true);
      expect(traffic.put(256)).toBe(false);
      while (traffic.flying.length > 0) traffic.take();
    }
  });

  it("a refused body leaves no trace", () => {
    const traffic = new Traffic(0);
    while (traffic.put(65_536));
    for (let k = 0; k < 100; k++) expect(traffic.put(65_536)).toBe(false);
    traffic.take();
    expect(traffic.put(65_536)).toBe(true);
  });

  it("keeps bodies contiguous: what does not fit before the end goes to the beginning", () => {
    const traffic = new Traffic(0);
    for (let k = 0; k < RING / 65_536 - 1; k++) traffic.put(65_536);
    traffic.put(32_768);
    for (let k = 0; k < 4; k++) traffic.take();
    expect(traffic.put(65_536)).toBe(true);
    expect(traffic.flying.at(-1)!.granule).toBe(0);
    while (traffic.flying.length > 0) traffic.take();
  });

  it("refuses what is larger than the ring", () => {
    expect(new Traffic(0).put(RING + GRANULE)).toBe(false);
  });

  it("of the smallest size still takes the largest page, wherever it stands", () => {
    const endpoints = 100;
    expect(ringBytes(endpoints)).toBe(65_536);
    for (const taken of [0, 1, 100, 255, 2 ** 32 - 3]) {
      const traffic = new Traffic(taken, endpoints);
      for (let k = 0; k < 5; k++) {
        expect(traffic.put(65_536)).toBe(true);
        expect(traffic.put(256)).toBe(false);
        traffic.take();
        expect(traffic.put(256)).toBe(true);
        traffic.take();
      }
    }
  });

  it("of each sender is its own", () => {
    const buffer = createRings(3);
    const rings = [0, 1, 2].map((sender) => new BodyRing(buffer, sender, 3));
    const granules = rings.map((ring, n) => ring.put(body(n, 4096), 0, 4096));
    expect(granules).toEqual([0, 0, 0]);
    rings.forEach((ring, n) => {
      const into = new Uint8Array(4096);
      ring.take(0, 4096, into, 0);
      expect(into).toEqual(body(n, 4096));
    });
  });
});

describe("ringBytes", () => {
  it("is a power of two for any number of endpoints, and all rings together stay within bounds", () => {
    for (let endpoints = 1; endpoints <= 448; endpoints++) {
      const bytes = ringBytes(endpoints);
      expect(Math.log2(bytes) % 1).toBe(0);
      expect(bytes).toBeGreaterThanOrEqual(65_536);
      if (bytes > 65_536) expect(bytes * endpoints ** 2).toBeLessThanOrEqual(256 * 2 ** 20);
    }
    expect(ringBytes(2)).toBe(512 * 1024);
  });
});
