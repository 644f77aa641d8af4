import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const isles = fileURLToPath(new URL("../bin/isles.js", import.meta.url));
const program = fileURLToPath(new URL("./programs/basics.mjs", import.meta.url));

async function statsOf(name: string, of: unknown): Promise<string> {
  const args = ["run", program, name, "--sites", "2", "--args", JSON.stringify(of), "--stats"];
  return (await promisify(execFile)(process.execPath, [isles, ...args], { timeout: 30_000 })).stdout;
}

it("names the page that sites wait for while another one holds it, and what to do", async () => {
  const text = await statsOf("takeTurns", 30);
  expect(text).toMatch(/array .*longest ms .*for page/);
  expect(text).toMatch(/halves .* 1 │/);
  expect(text).toMatch(/"halves": a page takes microseconds, but page 1 took .*site\.share\(array\)/);
});

it("has no advice where nobody waits for long", async () => {
  const text = await statsOf("shareOfArray", { name: "halves", length: 1_536 });
  expect(text).toMatch(/halves .* 0\.0 │ +– │/);
  expect(text).not.toContain("a page takes microseconds");
});
