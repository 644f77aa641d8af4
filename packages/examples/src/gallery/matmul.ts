import type { Example } from "./example.ts";

export const matmulExample: Example = {
  name: "matmul",
  title: "The product of two dense matrices",
  about:
    "C = A · B, blocked for the cache (Goto and van de Geijn 2008). Each site has a band of rows of the matrices, and fetches the rows of B that it\n" +
    "has not, block by block, while it works on the block before. The product is the serial run's, and passes Freivalds' test.",
  sizes: { tiny: "100 × 100", S: "512 × 512", W: "1024 × 1024", A: "2048 × 2048" },
};
