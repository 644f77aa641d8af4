import {
  checkFFT,
  expectedSpectrum,
  FFT_PROBLEMS,
  type FftProblem,
  fftSerially,
  makeSignal,
  prepareRows,
  transposeBlock,
} from "@isles/examples";
import { launch } from "isles";
import { describe, expect, it } from "vitest";
import { prepareFft, type Sign, transform } from "../src/kernels/stockham.ts";
import type * as Program from "../src/programs/fft.program.ts";

const program = new URL("../dist/programs/fft.program.js", import.meta.url);
const tiny = FFT_PROBLEMS.tiny!;

/** By the definition: n² steps. */
function directly(signal: Float64Array, sign: Sign): Float64Array {
  const n = signal.length / 2;
  const spectrum = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
      spectrum[2 * k] += signal[2 * j] * Math.cos(angle) - signal[2 * j + 1] * Math.sin(angle);
      spectrum[2 * k + 1] += signal[2 * j] * Math.sin(angle) + signal[2 * j + 1] * Math.cos(angle);
    }
  }
  return spectrum;
}

function signalOf(points: number): Float64Array {
  const signal = new Float64Array(2 * points);
  makeSignal(0, points, signal, 0);
  return signal;
}

function whole(problem: FftProblem, signal: Float64Array, sign: Sign): Float64Array {
  const spectrum = new Float64Array(signal.length);
  fftSerially(problem, prepareRows(problem, { start: 0, end: problem.side }, sign), signal.slice(), spectrum);
  return spectrum;
}

function farthest(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, k) => Math.max(worst, Math.abs(value - b[k])), 0);
}

describe("Stockham's transform", () => {
  const lengths = [2, 4, 8, 16, 32, 128];

  it.each(lengths)("of %i points is the sum that defines it, in both directions", (n) => {
    for (const sign of [1, -1] as const) {
      const fft = prepareFft(n, sign);
      const data = signalOf(n);
      const expected = directly(data, sign);
      const work = new Float64Array(2 * n + 6);
      transform(fft, 1, data, 0, work, 6);
      expect(farthest(fft.isOdd ? work.subarray(6) : data, expected)).toBeLessThan(1e-13 * n);
    }
  });

  it.each(lengths)("of %i points does several signals at once, interleaved, exactly as one by one", (n) => {
    const [batch, fft] = [3, prepareFft(n, 1)];
    const together = signalOf(n * batch);
    const signals = Array.from({ length: batch }, (_, b) => {
      const one = new Float64Array(2 * n);
      for (let k = 0; k < n; k++) one.set(together.subarray(2 * (k * batch + b), 2 * (k * batch + b) + 2), 2 * k);
      return one;
    });
    const work = new Float64Array(together.length);
    transform(fft, batch, together, 0, work, 0);
    const result = fft.isOdd ? work : together;
    for (const [b, one] of signals.entries()) {
      const other = new Float64Array(2 * n);
      transform(fft, 1, one, 0, other, 0);
      const alone = fft.isOdd ? other : one;
      for (let k = 0; k < n; k++)
        expect(result.subarray(2 * (k * batch + b), 2 * (k * batch + b) + 2)).toEqual(alone.subarray(2 * k, 2 * k + 2));
    }
  });

  it.each([0, 1, 3, 12, 2.5])("refuses a length of %d", (length) => {
    expect(() => prepareFft(length, 1)).toThrow(RangeError);
  });
});

describe("FFT in six steps", () => {
  it("is the sum that defines it", () => {
    const problem = { side: 16 };
    const signal = signalOf(256);
    expect(farthest(whole(problem, signal, -1), directly(signal, -1))).toBeLessThan(1e-11);
  });

  it("comes back: the inverse transform of the spectrum is n times the signal", () => {
    const points = tiny.side ** 2;
    const back = whole(tiny, expectedSpectrum(tiny), 1).map((value) => value / points);
    expect(farthest(back, signalOf(points))).toBeLessThan(1e-14);
  });

  it("makes the same signal in parts", () => {
    const parts = new Float64Array(2 * 100);
    makeSignal(0, 37, parts, 0);
    makeSignal(37, 100, parts, 74);
    expect(parts).toEqual(signalOf(100));
  });

  it("turns a block over, whatever its shape", () => {
    const [rows, columns] = [19, 33];
    const block = signalOf(rows * columns);
    const turned = new Float64Array(block.length);
    transposeBlock(block, 0, 2 * columns, rows, columns, turned, 0, 2 * rows);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const at = 2 * (c * rows + r);
        expect(turned.subarray(at, at + 2)).toEqual(block.subarray(2 * (r * columns + c), 2 * (r * columns + c) + 2));
      }
  });

  it("does not pass with one number spoiled or missing", () => {
    const spectrum = expectedSpectrum(tiny).slice();
    expect(checkFFT(tiny, spectrum)).toMatchObject({ ok: true });
    spectrum[777] += 1e-13;
    expect(checkFFT(tiny, spectrum)).toMatchObject({ ok: false, found: expect.stringContaining("element 777") });
    expect(checkFFT(tiny, expectedSpectrum(tiny).subarray(2))).toMatchObject({ ok: false });
  });

  it.each([1, 2, 3])("is the serial run's on %i sites, run after run", async (sites) => {
    await using cluster = await launch<typeof Program>({ program, sites });
    const answers = await cluster.runAll("fft", { size: "tiny", repeats: 2 });
    expect(answers[0].verdict).toMatchObject({ ok: true });
    expect(answers.map(({ seconds }) => seconds.length)).toEqual(Array(sites).fill(2));
  });
});
