import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const main = fileURLToPath(new URL("./dist/exit.main.js", import.meta.url));
const scenarios = JSON.parse((await run(process.execPath, [main])).stdout) as string[];

test.each(scenarios)("a process that did this ends by itself: %s", async (scenario) => {
  const { stdout } = await run(process.execPath, [main, scenario], { timeout: 15_000 });
  const ended = Date.now();
  const { resources, at } = JSON.parse(stdout) as { resources: string[]; at: number };
  if (!scenario.startsWith("never")) expect(resources).toEqual([]);
  expect(ended - at).toBeLessThan(2_000);
});
