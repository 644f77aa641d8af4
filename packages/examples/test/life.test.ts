import {
  cellsOf,
  checkLife,
  closeWorld,
  type KernelAnswer,
  type KernelArgs,
  LIFE_PROBLEMS,
  lifeSerially,
  liveSerially,
  makeWorld,
  population,
  problemOf,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

const program = new URL("../dist/programs/life.program.js", import.meta.url);
const tiny = problemOf("life", LIFE_PROBLEMS, "tiny");

/** A pattern's cells, `O` alive, with its upper left corner at (row, column) of an otherwise empty torus; then some generations. */
function live(n: number, pattern: string, row: number, column: number, generations: number): Uint8Array {
  const world = makeWorld(n);
  for (const [i, line] of pattern.split("/").entries()) {
    for (const [j, state] of [...line].entries())
      if (state === "O") world[(((row + i + n) % n) + 1) * n + ((column + j + n) % n)] = 1;
  }
  closeWorld(n, world);
  return cellsOf(n, n, liveSerially(n, generations, world, makeWorld(n)));
}

const GLIDER = ".O./..O/OOO";
const R_PENTOMINO = ".OO/OO./.O.";

describe("game of life", () => {
  it("lets a glider go one cell down and right in four generations, round the world", () => {
    for (const steps of [0, 1, 7, 12, 19]) {
      expect(live(16, GLIDER, 6, 9, 4 * steps)).toEqual(live(16, GLIDER, 6 + steps, 9 + steps, 0));
    }
    expect(population(live(16, GLIDER, 6, 9, 3))).toBe(5);
  });

  it("keeps a block, turns a blinker, and lets a lone cell die", () => {
    expect(live(8, "OO/OO", 7, 7, 5)).toEqual(live(8, "OO/OO", 7, 7, 0));
    expect(live(8, "OOO", 0, 3, 1)).toEqual(live(8, "O/O/O", -1, 4, 0));
    expect(population(live(8, "O", 4, 4, 1))).toBe(0);
  });

  it("has 116 cells of the R-pentomino left when it comes to rest, in generation 1103", () => {
    // Gliders that leave fly 260 cells at most: a world of 600 is as good as an endless one.
    expect(population(live(600, R_PENTOMINO, 299, 299, 1103))).toBe(116);
  });

  it.each([1, 2, 3])("is the serial run's on %i sites, run after run", async (sites) => {
    await using cluster = await launch<{ life(site: unknown, args: KernelArgs): KernelAnswer }>({ program, sites });
    const [first] = await cluster.runAll("life", { size: "tiny", repeats: 2 });
    expect(first).toMatchObject({ workers: sites, verdict: { ok: true } });
    expect(first.seconds).toHaveLength(2);
  });

  it("does not pass with one cell spoiled", () => {
    const cells = lifeSerially(tiny).slice();
    expect(checkLife(tiny, cells).ok).toBe(true);
    cells[4_321] = 1 - cells[4_321];
    expect(checkLife(tiny, cells)).toMatchObject({ ok: false });
  });
});
