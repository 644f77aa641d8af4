import type { Example } from "./example.ts";

export const ftExample: Example = {
  name: "ft",
  title: "NPB FT: an equation solved by three-dimensional Fourier transforms",
  about:
    "The start is transformed once; each step damps the spectrum and transforms it back. Sites own planes of space and planes of the\n" +
    "spectrum, privately; shared are the blocks where they cross: one barrier a step, and each site fetches what the others have for it.\n" +
    "Checked against NPB's checksums. Bailey et al., The NAS Parallel Benchmarks, RNR-94-007; sizes S and W are its classes.",
  sizes: { tiny: "16 × 32 × 16, 3 steps", S: "64 × 64 × 64, 6 steps", W: "128 × 128 × 32, 6 steps" },
};

export const fftExample: Example = {
  name: "fft",
  title: "One large Fourier transform in six steps",
  about:
    "SPLASH-2's FFT: the points are a square matrix, whose rows are transformed, turned over, and transformed again. Sites own rows, privately;\n" +
    "shared are the blocks that change owners in each of three transpositions: two barriers in all. Every number is the serial run's.\n" +
    "Woo et al., The SPLASH-2 Programs, ISCA 1995; Bailey, FFTs in External or Hierarchical Memory, J. Supercomputing 4 (1990).",
  sizes: { tiny: "2^12 points", S: "2^20 points", W: "2^22 points" },
};
