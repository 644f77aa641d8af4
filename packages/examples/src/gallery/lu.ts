import type { Example } from "./example.ts";

export const luExample: Example = {
  name: "lu",
  title: "Blocked LU factorisation of a dense matrix",
  about:
    "The kernel LU of SPLASH-2 (Woo et al. 1995) with its contiguous blocks and its matrix. Blocks are dealt out in two dimensions; a block is\n" +
    "written by its owner alone and read by others when it is final. Two barriers a step. The factors are the serial run's, and their product\n" +
    "with a vector is the matrix's.",
  sizes: {
    tiny: "96 × 96, blocks of 16",
    S: "768 × 768, blocks of 32",
    W: "1536 × 1536, blocks of 32",
    A: "2048 × 2048, blocks of 32",
  },
};
