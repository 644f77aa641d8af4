import { findCraterLake, type Grid, loadVolcano, resample } from "@isles/examples";
import { describe, expect, it } from "vitest";

describe("the relief of Maunga Whau", () => {
  it("is loaded as measured", async () => {
    const { width, height, values } = await loadVolcano();
    expect([width, height, values.length]).toEqual([87, 61, 87 * 61]);
    expect([Math.min(...values), Math.max(...values)]).toEqual([94, 195]);
    expect(values[0]).toBe(103);
  });

  it("has a crater whose lake keeps within its rim", async () => {
    const relief = resample(await loadVolcano(), 256, 179);
    const { level, cells } = findCraterLake(relief);
    // The crater's floor was measured at 150 m, its lowest rim between 165 and 171 m.
    expect(level).toBeGreaterThan(165);
    expect(level).toBeLessThan(171);
    expect(cells.length).toBeGreaterThan(500);
    expect(Math.min(...cells.map((cell) => relief.values[cell]))).toBeLessThan(152);
    const lake = new Set(cells);
    for (const cell of cells) {
      expect(relief.values[cell]).toBeLessThan(level);
      for (const shore of [cell - 1, cell + 1, cell - relief.width, cell + relief.width]) {
        if (!lake.has(shore)) expect(relief.values[shore]).toBeGreaterThanOrEqual(level);
      }
    }
  });
});

describe("resample", () => {
  it("keeps a constant constant, and a slope a slope away from the border", () => {
    const flat: Grid = { width: 5, height: 4, values: new Float64Array(20).fill(7) };
    for (const value of resample(flat, 33, 21).values) expect(value).toBeCloseTo(7, 12);
    const slope: Grid = { width: 9, height: 3, values: Float64Array.from({ length: 27 }, (_, i) => i % 9) };
    const fine = resample(slope, 17, 3);
    for (let x = 4; x < 13; x++) expect(fine.values[17 + x]).toBeCloseTo(x / 2, 12);
  });

  it("never leaves the range of the heights", async () => {
    const { values } = resample(await loadVolcano(), 300, 200);
    expect(values.reduce((a, b) => Math.min(a, b))).toBeGreaterThan(94 - 1e-9);
    expect(values.reduce((a, b) => Math.max(a, b))).toBeLessThan(195 + 1e-9);
  });
});

describe("findCraterLake", () => {
  it("refuses a relief without a hollow", () => {
    const hill: Grid = { width: 3, height: 3, values: Float64Array.of(1, 1, 1, 1, 2, 1, 1, 1, 1) };
    expect(() => findCraterLake(hill)).toThrow("no hollow");
  });

  it("fills a bowl to the lowest place of its rim", () => {
    const bowl = Float64Array.of(9, 9, 9, 9, 9, 0, 1, 9, 9, 9, 4, 9, 9, 9, 9, 9);
    expect(findCraterLake({ width: 4, height: 4, values: bowl })).toEqual({ level: 9, cells: Int32Array.of(5, 6, 10) });
    bowl[14] = 3;
    expect(findCraterLake({ width: 4, height: 4, values: bowl })).toEqual({ level: 4, cells: Int32Array.of(5, 6) });
  });
});
