import {
  areaInside,
  checkMandelbrot,
  escapeTimes,
  type KernelAnswer,
  type KernelArgs,
  MANDELBROT_PROBLEMS,
  mandelbrotSerially,
  problemOf,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";

const program = new URL("../dist/programs/mandelbrot.program.js", import.meta.url);
const tiny = problemOf("mandelbrot", MANDELBROT_PROBLEMS, "tiny");

describe("Mandelbrot set", () => {
  it("has the area that is published for it", () => {
    // 1.50659 (Förstemann 2012); with a limit of steps the border is a little too thick.
    const problem = { n: 400, limit: 2000 };
    expect(Math.abs(areaInside(problem, mandelbrotSerially(problem)) - 1.50659)).toBeLessThan(0.01);
  });

  it("counts the steps that stay within 2", () => {
    // One pixel, whose middle is c = -0.75: inside. Four: -1.375 ± 0.625 i leaves with its third z, -0.125 ± 0.625 i never does.
    const middle = new Uint16Array(1);
    escapeTimes({ n: 1, limit: 50 }, middle, 0, 0, 1);
    expect([...middle]).toEqual([50]);
    expect([...mandelbrotSerially({ n: 2, limit: 50 })]).toEqual([3, 50, 3, 50]);
  });

  it("is its own mirror image", () => {
    const { n } = tiny;
    const pixels = mandelbrotSerially(tiny);
    for (let row = 0; row < n / 2; row++) {
      const mirrored = pixels.subarray((n - 1 - row) * n, (n - row) * n);
      expect(pixels.subarray(row * n, (row + 1) * n)).toEqual(mirrored);
    }
  });

  it.each([1, 2, 3])("is the serial run's on %i sites, run after run", async (sites) => {
    await using cluster = await launch<{ mandelbrot(site: unknown, args: KernelArgs): KernelAnswer }>({
      program,
      sites,
    });
    const [first] = await cluster.runAll("mandelbrot", { size: "tiny", repeats: 2 });
    expect(first).toMatchObject({ workers: sites, verdict: { ok: true } });
    expect(first.seconds).toHaveLength(2);
  });

  it("does not pass with one pixel spoiled", () => {
    const pixels = mandelbrotSerially(tiny).slice();
    expect(checkMandelbrot(tiny, pixels).ok).toBe(true);
    pixels[4_000]--;
    expect(checkMandelbrot(tiny, pixels)).toMatchObject({ ok: false });
  });
});
