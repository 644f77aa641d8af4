import { COLD, drawHeat, findCraterLake, loadVolcano, resample } from "@isles/examples";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";

describe("the picture", () => {
  it("is a PNG of one pixel a cell, of many colours, with the lake glowing", async () => {
    const relief = resample(await loadVolcano(), 172, 120);
    const cold = new Float64Array(relief.values.length).fill(COLD);
    const hot = cold.slice();
    const lake = findCraterLake(relief).cells;
    for (const cell of lake) hot[cell] = 1;
    const [ground, glowing] = [cold, hot].map((heat) => PNG.sync.read(drawHeat(relief, heat, 5)));
    expect([glowing.width, glowing.height]).toEqual([172, 120]);
    expect(new Set(new Uint32Array(ground.data.buffer, ground.data.byteOffset, 172 * 120)).size).toBeGreaterThan(1000);
    const wet = new Set(lake);
    for (let cell = 0; cell < cold.length; cell++) {
      const differs = !ground.data
        .subarray(4 * cell, 4 * cell + 4)
        .equals(glowing.data.subarray(4 * cell, 4 * cell + 4));
      expect(differs).toBe(wet.has(cell));
    }
  });
});
