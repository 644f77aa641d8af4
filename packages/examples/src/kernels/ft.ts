/**
 * NPB FT: a partial differential equation solved by three-dimensional Fourier transforms. The start is transformed once; each
 * step multiplies the spectrum by a Gaussian and transforms it back, and a checksum of 1024 points is published for each.
 *
 * Source: Bailey et al., *The NAS Parallel Benchmarks*, RNR-94-007, section 2.5, and NPB 3's `ft.f`, whose order of dimensions and
 * signs these functions keep (its forward direction has a positive exponent).
 *
 * Complex numbers lie in pairs, real part first. Space is cut into planes of constant z, row after row: [y][x]; the spectrum into
 * planes of constant y: [z][x]. So every transform runs over whole planes: along y and z all x at once, along x row by row.
 */
import type { Part, SizeName, Verdict } from "../kernel/contract.ts";
import { NPB_CG_SEED, nextNumbers, skipAhead } from "./randlc.ts";
import { type Fft, prepareFft, type Sign, transform } from "./stockham.ts";

/** Points along each dimension, powers of two, and steps. */
export interface FtProblem {
  readonly nx: number;
  readonly ny: number;
  readonly nz: number;
  readonly steps: number;
  /** NPB's checksums: real and imaginary part of each step. None for grids of our own. */
  readonly published?: readonly number[];
}

/** S and W are NPB's classes, with the checksums of its `verify`. */
export const FT_PROBLEMS: Partial<Record<SizeName, FtProblem>> = {
  tiny: { nx: 16, ny: 32, nz: 16, steps: 3 },
  S: {
    nx: 64,
    ny: 64,
    nz: 64,
    steps: 6,
    // biome-ignore format: one step a line
    published: [
      554.6087004964, 484.5363331978,
      554.6385409189, 486.5304269511,
      554.6148406171, 488.3910722336,
      554.5423607415, 490.1273169046,
      554.4255039624, 491.7475857993,
      554.2683411902, 493.2597244941,
    ],
  },
  W: {
    nx: 128,
    ny: 128,
    nz: 32,
    steps: 6,
    // biome-ignore format: one step a line
    published: [
      567.3612178944, 529.3246849175,
      563.1436885271, 528.2149986629,
      559.4024089970, 527.0996558037,
      556.0698047020, 526.0027904925,
      553.0898991250, 524.9400845633,
      550.4159734538, 523.9212247086,
    ],
  },
};

/** Relative, of each complex checksum, as in NPB's `verify`. */
const TOLERANCE = 1e-12;

/** α of the equation ∂u/∂t = α ∇²u. */
const ALPHA = 1e-6;

/** Points of space that a checksum adds up. */
const CHECKSUM_POINTS = 1024;

/** The transforms along x, y and z in one direction, and arrays for their passes. */
export interface FtTransforms {
  readonly problem: FtProblem;
  readonly x: Fft;
  readonly y: Fft;
  readonly z: Fft;
  /** As large as the largest plane. */
  readonly work: Float64Array;
}

export function prepareFt(problem: FtProblem, sign: Sign, work?: Float64Array): FtTransforms {
  const { nx, ny, nz } = problem;
  return {
    problem,
    x: prepareFft(nx, sign),
    y: prepareFft(ny, sign),
    z: prepareFft(nz, sign),
    work: work ?? new Float64Array(2 * nx * Math.max(ny, nz)),
  };
}

/** The plane of space at `z` as it is at the start: pairs of NPB's random numbers, x fastest. */
export function startPlane({ nx, ny }: FtProblem, z: number, plane: Float64Array): void {
  nextNumbers(skipAhead(NPB_CG_SEED, 2 * nx * ny * z), plane);
}

/** Transforms a plane [n][x] along n; the result is left in one of the two arrays, which is returned. */
function alongColumns(fft: Fft, nx: number, plane: Float64Array, work: Float64Array): Float64Array {
  transform(fft, nx, plane, 0, work, 0);
  return fft.isOdd ? work : plane;
}

/** Transforms a plane [n][x] along x, row by row. In place. */
function alongRows(fft: Fft, n: number, plane: Float64Array, work: Float64Array): void {
  const width = 2 * fft.length;
  for (let row = 0; row < n; row++) {
    const at = row * width;
    transform(fft, 1, plane, at, work, 0);
    if (!fft.isOdd) continue;
    for (let k = 0; k < width; k++) plane[at + k] = work[k];
  }
}

/** A plane [y][x] of space on its way to the spectrum. Returns where it is then: `plane` or `work`, which may be longer. */
export function transformOfSpace({ problem, x, y, work }: FtTransforms, plane: Float64Array): Float64Array {
  alongRows(x, problem.ny, plane, work);
  return alongColumns(y, problem.nx, plane, work);
}

/** A plane [z][x] of the spectrum, on its way there or as the first on its way back. Returns where it is then. */
export function transformOfSpectrum({ problem, z, work }: FtTransforms, plane: Float64Array): Float64Array {
  return alongColumns(z, problem.nx, plane, work);
}

/** A plane [y][x], transformed along z already, on its way back to space. Returns where it is then. */
export function transformToSpace({ problem, x, y, work }: FtTransforms, plane: Float64Array): Float64Array {
  const result = alongColumns(y, problem.nx, plane, work);
  alongRows(x, problem.ny, result, result === work ? plane : work);
  return result;
}

/** Keeps a plane that a transform has left somewhere else. */
export function keep(result: Float64Array, plane: Float64Array): void {
  if (result !== plane) copyRow(result, 0, plane, 0, plane.length);
}

/** What each step multiplies the planes `y.start` … `y.end` of the spectrum by, [y][z][x]: exp(-4 α π² |k|²), k from -n/2 on. */
export function decay({ nx, ny, nz }: FtProblem, y: Part): Float64Array {
  const factors = new Float64Array((y.end - y.start) * nz * nx);
  const frequency = (i: number, n: number) => ((i + n / 2) % n) - n / 2;
  let at = 0;
  for (let j = y.start; j < y.end; j++) {
    const jj = frequency(j, ny) ** 2;
    for (let k = 0; k < nz; k++) {
      const kk = frequency(k, nz) ** 2;
      for (let i = 0; i < nx; i++)
        factors[at++] = Math.exp(-4 * ALPHA * Math.PI ** 2 * (jj + kk + frequency(i, nx) ** 2));
    }
  }
  return factors;
}

/** One step of a plane of the spectrum, which begins at element `at`: multiplied in place, and copied for the way back. */
export function evolve(spectrum: Float64Array, at: number, factors: Float64Array, copy: Float64Array): void {
  const first = at / 2;
  const count = copy.length / 2;
  for (let k = 0; k < count; k++) {
    const factor = factors[first + k];
    const re = spectrum[at + 2 * k] * factor;
    const im = spectrum[at + 2 * k + 1] * factor;
    spectrum[at + 2 * k] = re;
    spectrum[at + 2 * k + 1] = im;
    copy[2 * k] = re;
    copy[2 * k + 1] = im;
  }
}

/** The checksum's points that lie in the plane of space at `z`, added to `sums[at]` and `sums[at + 1]`. */
export function addChecksum(problem: FtProblem, z: number, plane: Float64Array, sums: Float64Array, at: number): void {
  const { nx, ny, nz } = problem;
  for (let j = 1; j <= CHECKSUM_POINTS; j++) {
    if ((5 * j) % nz !== z) continue;
    const k = 2 * (((3 * j) % ny) * nx + (j % nx));
    sums[at] += plane[k];
    sums[at + 1] += plane[k + 1];
  }
}

/** The whole benchmark by one thread: the checksums, real and imaginary part of each step. */
export function ftSerially(problem: FtProblem, onStep: (finished: number) => void = () => {}): Float64Array {
  const { nx, ny, nz, steps } = problem;
  const space = Array.from({ length: nz }, () => new Float64Array(2 * nx * ny));
  const spectrum = new Float64Array(2 * nx * ny * nz);
  const forward = prepareFt(problem, 1);
  const back = prepareFt(problem, -1, forward.work);
  const factors = decay(problem, { start: 0, end: ny });
  const planeLength = 2 * nx * nz;
  for (let z = 0; z < nz; z++) {
    startPlane(problem, z, space[z]);
    const plane = transformOfSpace(forward, space[z]);
    for (let y = 0; y < ny; y++) copyRow(plane, 2 * nx * y, spectrum, planeLength * y + 2 * nx * z, 2 * nx);
  }
  for (let y = 0; y < ny; y++) {
    const plane = spectrum.subarray(planeLength * y, planeLength * (y + 1));
    keep(transformOfSpectrum(forward, plane), plane);
  }
  const sums = new Float64Array(2 * steps);
  const plane = new Float64Array(planeLength);
  for (let step = 0; step < steps; step++) {
    for (let y = 0; y < ny; y++) {
      evolve(spectrum, planeLength * y, factors, plane);
      const turned = transformOfSpectrum(back, plane);
      for (let z = 0; z < nz; z++) copyRow(turned, 2 * nx * z, space[z], 2 * nx * y, 2 * nx);
    }
    for (let z = 0; z < nz; z++) {
      addChecksum(problem, z, transformToSpace(back, space[z]), sums, 2 * step);
    }
    onStep(step + 1);
  }
  return scaled(problem, sums);
}

/** Copies so many elements. A loop, because a call of `set` needs a view of its own for each row. */
export function copyRow(from: Float64Array, fromAt: number, to: Float64Array, toAt: number, length: number): void {
  for (let k = 0; k < length; k++) to[toAt + k] = from[fromAt + k];
}

/** Sums of points as checksums: divided by the number of points of the grid, which the transforms leave out. */
export function scaled({ nx, ny, nz }: FtProblem, sums: Float64Array): Float64Array {
  return sums.map((sum) => sum / (nx * ny * nz));
}

const expected = new Map<FtProblem, ArrayLike<number>>();

/** Compares the checksums of all steps with NPB's, or with those of the serial run where NPB has none. */
export function checkFT(problem: FtProblem, checksums: Float64Array): Verdict {
  const { published, steps } = problem;
  const right = published ?? expected.get(problem) ?? ftSerially(problem);
  if (published === undefined) expected.set(problem, right);
  const against = `${published ? "NPB's published checksums" : "the serial run's checksums"}, relative ${TOLERANCE}`;
  if (checksums.length !== 2 * steps)
    return { ok: false, against, found: `${checksums.length / 2} checksums instead of ${steps}` };
  let worst = 0;
  for (let k = 0; k < 2 * steps; k += 2) {
    const off = Math.hypot(checksums[k] - right[k], checksums[k + 1] - right[k + 1]);
    const error = off / Math.hypot(right[k], right[k + 1]);
    const found = `checksum ${k / 2 + 1} is ${checksums[k]}, ${checksums[k + 1]}; it should be ${right[k]}, ${right[k + 1]}`;
    if (!(error <= TOLERANCE)) return { ok: false, against, found };
    worst = Math.max(worst, error);
  }
  return { ok: true, against, found: `${steps} checksums, worst error ${worst.toExponential(1)}` };
}
