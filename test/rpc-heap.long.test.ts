import { expect, test } from "vitest";
import { heapGrowth } from "./rpc-heap.ts";

test("a million calls with a fresh callback each leave the heaps flat", async () => {
  expect(await heapGrowth(1_000_000)).toBeLessThan(2 * 2 ** 20);
});
