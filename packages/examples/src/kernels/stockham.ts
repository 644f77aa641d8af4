/**
 * The fast Fourier transform that the kernels fft and ft share: Stockham's, which needs no bit reversal, in passes of radix 4 and
 * at the end one of radix 2 if the length is no power of four. Each pass streams from one array to another.
 *
 * Source: P. N. Swarztrauber, *FFT algorithms for vector computers*, Parallel Computing 1 (1984); the radix-4 butterflies as in
 * C. Van Loan, *Computational Frameworks for the Fast Fourier Transform* (1992), section 2.4.
 *
 * Complex numbers lie in pairs, real part first; lengths and strides count complex numbers, positions (`At`) count elements.
 */

/** The sign of the exponent: −1 takes a signal to its spectrum as most texts write it, +1 is NPB's forward direction. */
export type Sign = 1 | -1;

/** A transform of one length. */
export interface Fft {
  readonly length: number;
  readonly sign: Sign;
  /** exp(sign · 2πi k / length) for k = 0 … length-1. */
  readonly roots: Float64Array;
  /** Whether the number of passes is odd, so that the result lies in the second array. */
  readonly isOdd: boolean;
}

/** Prepares transforms of a length, a power of two and at least 2 (RangeError). */
export function prepareFft(length: number, sign: Sign): Fft {
  if (!Number.isInteger(length) || length < 2 || (length & (length - 1)) !== 0)
    throw new RangeError(`a transform's length is a power of two, 2 or more, got ${length}`);
  const bits = Math.log2(length);
  return { length, sign, roots: rootsOfUnity(length, length, sign), isOdd: Math.ceil(bits / 2) % 2 === 1 };
}

/** exp(sign · 2πi k / n) for k = 0 … count-1, in pairs. */
export function rootsOfUnity(count: number, n: number, sign: Sign): Float64Array {
  const roots = new Float64Array(2 * count);
  for (let k = 0; k < count; k++) {
    const angle = (sign * 2 * Math.PI * k) / n;
    roots[2 * k] = Math.cos(angle);
    roots[2 * k + 1] = Math.sin(angle);
  }
  return roots;
}

/**
 * Transforms `batch` signals at once, which lie interleaved: sample k of signal b is complex number k · batch + b after `at`.
 * Both arrays are overwritten; the result lies in `data` at `at`, or in `work` at `workAt` if `fft.isOdd`.
 */
export function transform(
  fft: Fft,
  batch: number,
  data: Float64Array,
  at: number,
  work: Float64Array,
  workAt: number,
): void {
  const { length, sign, roots } = fft;
  let from = data;
  let fromAt = at | 0;
  let to = work;
  let toAt = workAt | 0;
  let stride = batch | 0;
  let left = length | 0;
  while (left >= 4) {
    radix4(from, fromAt, to, toAt, left, stride, roots, length / left, sign);
    left >>= 2;
    stride <<= 2;
    [from, fromAt, to, toAt] = [to, toAt, from, fromAt];
  }
  if (left === 2) radix2(from, fromAt, to, toAt, stride);
}

/** Butterflies of four, `n` being the length of what is left to transform, in `stride` interleaved signals. */
function radix4(
  x: Float64Array,
  xAt: number,
  y: Float64Array,
  yAt: number,
  n: number,
  stride: number,
  roots: Float64Array,
  rootStep: number,
  sign: number,
): void {
  const quarter = n >> 2;
  const width = 2 * stride;
  const apart = width * quarter;
  for (let p = 0; p < quarter; p++) {
    const k = 2 * p * rootStep;
    const w1r = roots[k];
    const w1i = roots[k + 1];
    const w2r = roots[2 * k];
    const w2i = roots[2 * k + 1];
    const w3r = roots[3 * k];
    const w3i = roots[3 * k + 1];
    let i = (xAt + width * p) | 0;
    let o = (yAt + 4 * width * p) | 0;
    for (const end = i + width; i < end; i += 2, o += 2) {
      const ar = x[i];
      const ai = x[i + 1];
      const br = x[i + apart];
      const bi = x[i + apart + 1];
      const cr = x[i + 2 * apart];
      const ci = x[i + 2 * apart + 1];
      const dr = x[i + 3 * apart];
      const di = x[i + 3 * apart + 1];
      const acr = ar - cr;
      const aci = ai - ci;
      // (b − d) times ±i
      const bdr = sign * (di - bi);
      const bdi = sign * (br - dr);
      const sumr = ar + cr;
      const sumi = ai + ci;
      const otherr = br + dr;
      const otheri = bi + di;
      y[o] = sumr + otherr;
      y[o + 1] = sumi + otheri;
      y[o + width] = (acr + bdr) * w1r - (aci + bdi) * w1i;
      y[o + width + 1] = (acr + bdr) * w1i + (aci + bdi) * w1r;
      y[o + 2 * width] = (sumr - otherr) * w2r - (sumi - otheri) * w2i;
      y[o + 2 * width + 1] = (sumr - otherr) * w2i + (sumi - otheri) * w2r;
      y[o + 3 * width] = (acr - bdr) * w3r - (aci - bdi) * w3i;
      y[o + 3 * width + 1] = (acr - bdr) * w3i + (aci - bdi) * w3r;
    }
  }
}

/** The last pass of a length that is no power of four. */
function radix2(x: Float64Array, xAt: number, y: Float64Array, yAt: number, stride: number): void {
  const width = 2 * stride;
  for (let q = 0; q < width; q++) {
    const a = x[xAt + q];
    const b = x[xAt + width + q];
    y[yAt + q] = a + b;
    y[yAt + width + q] = a - b;
  }
}
