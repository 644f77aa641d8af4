import { describe, expect, it } from "vitest";
import { Mesh } from "./mesh.ts";

const PAGE = 256;
const ELEMENTS = PAGE / 8;
const PAGES = 64;

/** Pages of 256 bytes, all homed at site 0; site 1's faults are counted. */
function counted(home: 0 | "block" = 0) {
  let faults = 0;
  const mesh = new Mesh({
    sites: 2,
    pageSize: PAGE,
    wrapPort: (port) => {
      if (port.self !== 1) return port;
      const wait = port.wait.bind(port);
      port.wait = (timeoutMs) => {
        if (isCounting) faults++;
        wait(timeoutMs);
      };
      return port;
    },
  });
  let isCounting = false;
  const arrays = [0, 1].map((site) => mesh.memory(site).float64("grid", PAGES * ELEMENTS, { home }));
  mesh.settle();
  isCounting = true;
  return {
    mesh,
    here: arrays[0]!,
    there: arrays[1]!,
    waits: () => faults,
    stats: () => mesh.members[1]!.endpoint.regions.all[0]!.stats,
  };
}

describe("a sweep by single elements", () => {
  it("waits for few of the pages that it reads, and asks for each once", () => {
    const { there, waits, stats } = counted();
    for (let i = 0; i < there.length; i++) there.get(i);
    expect(stats().readMisses).toBe(PAGES);
    expect(waits()).toBeLessThan(12); // 1, 1, 1, 1 + 1, 1 + 2, … 1 + 32 pages at a time
  });

  it("reads what was written, also behind it", () => {
    const { here, there, mesh } = counted();
    for (let round = 1; round <= 3; round++) {
      for (let i = 0; i < here.length; i++) here.set(i, round * 1_000 + i);
      mesh.settle();
      for (let i = there.length - 1; i >= 0; i -= ELEMENTS) expect(there.get(i)).toBe(round * 1_000 + i);
    }
  });

  it("works downwards, and in strides of several pages", () => {
    for (const step of [-ELEMENTS, 3 * ELEMENTS]) {
      const { there, waits, stats } = counted();
      const start = step < 0 ? there.length - 1 : 0;
      let count = 0;
      for (let i = start; i >= 0 && i < there.length; i += step) {
        there.get(i);
        count++;
      }
      expect(stats().readMisses).toBe(count);
      expect(waits()).toBeLessThan(count / 2);
    }
  });

  it("asks for pages to write, but not beyond those of the same home", () => {
    const { mesh, there, waits, stats } = counted("block");
    for (let i = 0; i < there.length / 2; i++) there.set(i, i); // up to where this site's own pages begin
    mesh.settle();
    expect(stats().writeMisses).toBe(PAGES / 2);
    expect(waits()).toBeLessThan(12);
  });

  it("leaves what jumps about alone", () => {
    const { there, waits, stats } = counted();
    const pages = [7, 3, 40, 12, 55, 20, 33, 1];
    for (const page of pages) there.get(page * ELEMENTS);
    expect(stats().readMisses).toBe(pages.length);
    expect(waits()).toBe(pages.length);
  });
});
