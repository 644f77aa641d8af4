import { COLD, faces, findCraterLake, heatModel, loadVolcano, relax, resample, spreadSerially } from "@isles/examples";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const WIDTH = 24;
const HEIGHT = 17;
const STEPS = 4;

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A field that is cold but for one hot cell in the middle, far enough from the border for STEPS steps. */
function hotSpot(): Float64Array {
  const field = new Float64Array(WIDTH * HEIGHT);
  field[Math.floor(HEIGHT / 2) * WIDTH + WIDTH / 2] = 1;
  return field;
}

function run(relief: Float64Array, loss: number): Float64Array {
  const model = { ...heatModel(WIDTH, STEPS), loss };
  const drifts = faces(relief, WIDTH, model);
  let from = hotSpot();
  for (let step = 0; step < STEPS; step++) {
    const to = new Float64Array(WIDTH * HEIGHT);
    const step = { width: WIDTH, faces: drifts, from, to: to.subarray(WIDTH, WIDTH * (HEIGHT - 1)) };
    relax(step, model, 0, HEIGHT - 2);
    from = to;
  }
  return from;
}

const reliefs = fc
  .array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: WIDTH * HEIGHT, maxLength: WIDTH * HEIGHT })
  .map((heights) => Float64Array.from(heights));

describe("heat over a relief", () => {
  it("is conserved without loss, on any relief", () => {
    fc.assert(
      fc.property(reliefs, (relief) => {
        expect(sum(run(relief, 0))).toBeCloseTo(1, 12);
      }),
    );
  });

  it("never falls below zero on the real relief", async () => {
    const relief = resample(await loadVolcano(), 256, 179);
    const { cells: source } = findCraterLake(relief);
    const field = spreadSerially({ relief, source, steps: 300, model: heatModel(256, 300) });
    expect(field.reduce((a, b) => Math.min(a, b))).toBeGreaterThan(0);
    expect(field.reduce((a, b) => Math.max(a, b))).toBe(1);
  });

  it("loses the same share everywhere", () => {
    expect(sum(run(new Float64Array(WIDTH * HEIGHT), 0.1))).toBeCloseTo(0.9 ** STEPS, 12);
  });

  it("spreads evenly on flat ground, and runs downhill on a slope", () => {
    const centre = Math.floor(HEIGHT / 2) * WIDTH + WIDTH / 2;
    const flat = run(new Float64Array(WIDTH * HEIGHT).fill(5), 0);
    expect(flat[centre + 1]).toBe(flat[centre - 1]);
    expect(flat[centre + WIDTH]).toBeCloseTo(flat[centre + 1], 14);
    const falling = Float64Array.from({ length: WIDTH * HEIGHT }, (_, i) => 100 - (i % WIDTH));
    const carried = run(falling, 0);
    expect(carried[centre + 1]).toBeGreaterThan(carried[centre - 1]);
    expect(carried[centre + WIDTH]).toBe(carried[centre - WIDTH]);
  });

  it("keeps the lake at one and the border cold", () => {
    const relief = { width: WIDTH, height: HEIGHT, values: new Float64Array(WIDTH * HEIGHT) };
    const lake = Int32Array.of(5 * WIDTH + 5, 5 * WIDTH + 6);
    const field = spreadSerially({ relief, source: lake, steps: 50, model: heatModel(WIDTH, 50) });
    for (const cell of lake) expect(field[cell]).toBe(1);
    for (let x = 0; x < WIDTH; x++) expect([field[x], field[(HEIGHT - 1) * WIDTH + x]]).toEqual([COLD, COLD]);
    expect(field[5 * WIDTH + 7]).toBeGreaterThan(0.1);
  });
});
