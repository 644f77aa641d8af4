import type { Example } from "./example.ts";

const SOURCE = "Bailey et al., The NAS Parallel Benchmarks, RNR-94-007; sizes S, W and A are its classes.";

export const epExample: Example = {
  name: "ep",
  title: "NPB EP: Gaussian deviates counted in square annuli",
  about:
    "Random pairs in the square become Gaussian deviates by the polar method; their sums are added up, and how many fall where. Each site\n" +
    `makes its own batches of the one random sequence; twelve totals are shared, under a lock. Checked against NPB's sums.\n${SOURCE}`,
  sizes: { tiny: "65,536 pairs", S: "2^24 pairs", W: "2^25 pairs", A: "2^28 pairs" },
};

export const cgExample: Example = {
  name: "cg",
  title: "NPB CG: an eigenvalue of a sparse matrix by conjugate gradients",
  about:
    "The inverse power method; each of its systems is solved by 25 iterations of conjugate gradients. Sites own rows of the matrix and\n" +
    `share one vector per iteration: one barrier and one page from each other site. Checked against NPB's zeta.\n${SOURCE}`,
  sizes: {
    tiny: "1,400 rows, 1 iteration",
    S: "1,400 rows, 15 iterations",
    W: "7,000 rows, 15 iterations",
    A: "14,000 rows, 15 iterations",
  },
};

export const isExample: Example = {
  name: "is",
  title: "NPB IS: whole numbers ranked by counting",
  about:
    "Ten times over the keys are ranked as a bucket sort does. Each site ranks its own keys among themselves, then adds up everybody's\n" +
    `ranks for its part of the key range: one barrier. Checked against NPB's ranks, and that the ranks sort the keys.\n${SOURCE}`,
  sizes: { tiny: "8,192 keys", S: "2^16 keys", W: "2^20 keys", A: "2^23 keys" },
};
