import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const isles = fileURLToPath(new URL("../bin/isles.js", import.meta.url));
const program = fileURLToPath(new URL("./programs/basics.mjs", import.meta.url));

async function statsOf(holdMs: number): Promise<string> {
  const args = ["run", program, "takeTurns", "--sites", "2", "--args", String(holdMs), "--stats"];
  return (await promisify(execFile)(process.execPath, [isles, ...args], { timeout: 30_000 })).stdout;
}

it("names the page that sites wait for while another one holds it, and what to do", async () => {
  const text = await statsOf(30);
  expect(text).toMatch(/array .*longest ms .*for page/);
  expect(text).toMatch(/halves .* 1 │/);
  expect(text).toMatch(/"halves": a page takes microseconds, but page 1 took .*site\.share\(array\)/);
});

it("has no advice where nobody waits for long", async () => {
  expect(await statsOf(0)).not.toContain("a page takes microseconds");
});
