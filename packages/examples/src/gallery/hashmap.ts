import type { Example } from "./example.ts";

export const hashmapExample: Example = {
  name: "hashmap",
  title: "A shared hash map under reads, updates and inserts",
  about:
    "Open addressing in one shared array of stripes; clients choose keys as YCSB's do (Zipf, 0.99). A site carries out a batch of operations a\n" +
    "stripe at a time, under a write span, which is the stripe's lock. All keys and counters are compared with a Map's.",
  sizes: {
    tiny: "1,000 records, 20,000 operations",
    S: "32,768 records, 1,000,000 operations",
    W: "131,072 records, 8,000,000 operations",
  },
};
