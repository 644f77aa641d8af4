import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("lets a debugger stop on the user's lines, in TypeScript, with the user's names", async () => {
  const main = fileURLToPath(new URL("debugger/main.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main], { timeout: 30_000 });
  const stop = { line: 6, text: "sum += i; // stop here" };
  expect(JSON.parse(stdout)).toEqual([
    { ...stop, i: 0 },
    { ...stop, i: 1 },
    { ...stop, i: 2 },
    { line: 9, text: expect.stringMatching(/and here/), i: 3 },
  ]);
});
