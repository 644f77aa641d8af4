import {
  attract,
  BARNES_PROBLEMS,
  type BarnesProblem,
  BODY_NUMBERS,
  type Bodies,
  barnesSerially,
  barnesStart,
  checkBarnes,
  costZones,
  Octree,
  plummerClusters,
} from "@isles/examples";
import { launch } from "isles";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { barnesExample } from "../dist/gallery/barnes.js";
import type * as Program from "../src/programs/barnes.program.ts";

const program = new URL("../dist/programs/barnes.program.js", import.meta.url);
const tiny = BARNES_PROBLEMS.tiny!;

/** Accelerations, three numbers a body, and the potential energy, by adding up all pairs. */
function direct(positions: Float64Array, softening: number): { accelerations: Float64Array; potential: number } {
  const count = positions.length / BODY_NUMBERS;
  const accelerations = new Float64Array(3 * count);
  let potential = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      if (i === j) continue;
      const distance = [0, 1, 2].map((k) => positions[BODY_NUMBERS * j + k] - positions[BODY_NUMBERS * i + k]);
      const square = distance[0] ** 2 + distance[1] ** 2 + distance[2] ** 2 + softening ** 2;
      const mass = positions[BODY_NUMBERS * j + 3];
      for (let k = 0; k < 3; k++) accelerations[3 * i + k] += (mass * distance[k]) / square ** 1.5;
      potential -= (0.5 * mass * positions[BODY_NUMBERS * i + 3]) / Math.sqrt(square);
    }
  }
  return { accelerations, potential };
}

/** Energy when velocities are `lag` behind the positions. */
function energy({ positions, velocities }: Bodies, { softening }: BarnesProblem, lag: number): number {
  const { accelerations, potential } = direct(positions, softening);
  let kinetic = 0;
  for (let i = 0; i < accelerations.length / 3; i++) {
    const speed = [0, 1, 2].map((k) => velocities[BODY_NUMBERS * i + k] + lag * accelerations[3 * i + k]);
    kinetic += 0.5 * positions[BODY_NUMBERS * i + 3] * (speed[0] ** 2 + speed[1] ** 2 + speed[2] ** 2);
  }
  return kinetic + potential;
}

function treeForces(positions: Float64Array, theta: number): { forces: Float64Array; attractions: number } {
  const count = positions.length / BODY_NUMBERS;
  const tree = new Octree(count, theta);
  tree.build(positions);
  const forces = new Float64Array(3 * count);
  const attractions = attract(tree, tiny.softening, positions, 0, count, forces, 0);
  return { forces, attractions };
}

/** Root of the mean square of the differences, by that of the expected. */
function relativeError(found: Float64Array, expected: Float64Array): number {
  let [error, scale] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    error += (found[i] - expected[i]) ** 2;
    scale += expected[i] ** 2;
  }
  return Math.sqrt(error / scale);
}

describe("barnes: Plummer's clusters", () => {
  it("are at rest as a whole, in the middle, with mass 1, and twice the same", () => {
    const { positions, velocities } = plummerClusters(200);
    for (let k = 0; k < 3; k++) {
      const sum = (values: Float64Array) => values.filter((_, i) => i % BODY_NUMBERS === k).reduce((a, b) => a + b, 0);
      expect(sum(positions)).toBeCloseTo(0, 10);
      expect(sum(velocities)).toBeCloseTo(0, 10);
      expect(positions[BODY_NUMBERS * 130 + k] - positions[BODY_NUMBERS * 30 + k]).toBeCloseTo(4, 10);
    }
    expect(positions.filter((_, i) => i % BODY_NUMBERS === 3).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
  });
});

describe("barnes: the tree", () => {
  const { positions } = barnesStart(tiny);
  const exact = direct(positions, tiny.softening).accelerations;

  it("gives the direct sum if every cell is opened", () => {
    expect(relativeError(treeForces(positions, 1e-9).forces, exact)).toBeLessThan(1e-12);
  });

  it("is near the direct sum at SPLASH-2's theta, with far fewer attractions", () => {
    const { forces, attractions } = treeForces(positions, tiny.theta);
    expect(relativeError(forces, exact)).toBeLessThan(0.05);
    expect(relativeError(forces, exact)).toBeGreaterThan(1e-6);
    expect(attractions).toBeLessThan((tiny.bodies * tiny.bodies) / 3);
  });

  it("is more exact with a smaller theta", () => {
    const errors = [1, 0.7, 0.4].map((theta) => relativeError(treeForces(positions, theta).forces, exact));
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
  });

  it("copes with bodies in the same place", () => {
    const together = new Float64Array(BODY_NUMBERS * 40).fill(0.25);
    together[0] = 1;
    const { forces, attractions } = treeForces(together, 1);
    expect(attractions).toBeGreaterThan(0);
    expect(forces.every(Number.isFinite)).toBe(true);
    expect(forces[0]).toBeLessThan(0); // the one apart is drawn to the others
  });
});

describe("barnes: zones", () => {
  it("cut consecutive chunks where the cost is about equal", () => {
    const zones = new Int32Array(4);
    costZones(Int32Array.of(9, 1, 1, 1, 1, 1, 1, 1, 1, 1), 3, zones);
    expect([...zones]).toEqual([0, 1, 4, 10]);
    costZones(new Int32Array(2).fill(5), 3, zones); // more workers than chunks
    expect([zones[0], zones[3]]).toEqual([0, 2]);
    expect([...zones]).toEqual([...zones].toSorted((a, b) => a - b));
  });
});

describe("barnes: serially", () => {
  it("keeps the energy", () => {
    const problem = { ...tiny, steps: 20 };
    const bodies = barnesStart(problem);
    const before = energy(bodies, problem, 0);
    barnesSerially(problem, bodies);
    const after = energy(bodies, problem, problem.timeStep / 2);
    expect(before).toBeLessThan(0);
    expect(Math.abs(after - before)).toBeLessThan(0.002 * Math.abs(before));
  });

  it("fails the check when one number is spoiled", () => {
    const bodies = barnesStart(tiny);
    expect(checkBarnes(tiny, bodies).ok).toBe(false);
    barnesSerially(tiny, bodies);
    expect(checkBarnes(tiny, bodies)).toMatchObject({ ok: true });
    const spoiled = { ...bodies, velocities: bodies.velocities.slice() };
    spoiled.velocities[1000] *= 1 + 2 ** -52;
    expect(checkBarnes(tiny, spoiled)).toMatchObject({ ok: false, found: expect.stringContaining("element 1000") });
    const moved = { ...bodies, positions: bodies.positions.slice() };
    moved.positions[2047] *= 1 + 2 ** -52;
    expect(checkBarnes(tiny, moved).ok).toBe(false);
  });
});

describe("barnes: on sites", () => {
  it.each([1, 2, 3])("moves the bodies as one thread does, at %i sites, again and again", async (sites) => {
    await using cluster = await launch<typeof Program>({ program, sites });
    const answers = await cluster.runAll("barnes", { size: "tiny", repeats: 2 });
    expect(answers[0].verdict).toMatchObject({ ok: true });
    const picture = await barnesExample.picture!(cluster, "tiny");
    const { data, width, height } = PNG.sync.read(picture.content as Buffer);
    const lit = data.filter((value, i) => i % 4 === 0 && value > 100).length;
    expect(lit).toBeGreaterThan(tiny.bodies / 2);
    expect(lit).toBeLessThan((width * height) / 20);
  });
});
