import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";

const main = fileURLToPath(new URL("./dist/rpc-heap.main.js", import.meta.url));

/** Growth of the heaps of launcher and sites from the third tenth on, in bytes: the first ones compile and fill caches. */
export async function heapGrowth(calls: number): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, String(calls)], { timeout: 300_000 });
  const { wrong, heaps } = JSON.parse(stdout) as { wrong: number; heaps: number[][] };
  expect(wrong).toBe(0);
  if (process.env.ISLES_SHOW !== undefined)
    console.log(heaps.map((one) => one.map((bytes) => (bytes / 2 ** 20).toFixed(2)).join(" ")).join("\n"));
  const [first, ...later] = heaps.slice(2);
  return Math.max(...later.flatMap((sizes) => sizes.map((bytes, i) => bytes - first![i]!)));
}
