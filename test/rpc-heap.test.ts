import { expect, test } from "vitest";
import { heapGrowth } from "./rpc-heap.ts";

test("100,000 calls with a fresh callback each leave the heaps flat", { timeout: 60_000 }, async () => {
  expect(await heapGrowth(100_000)).toBeLessThan(2 * 2 ** 20);
});
