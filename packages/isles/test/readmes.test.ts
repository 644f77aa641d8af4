import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** The loop in each package's README is run as printed, and prints what is printed after it. */
it.each(["base", "wire", "transport", "dsm", "rpc", "isles"])("the README of %s is true", async (name) => {
  const text = readFileSync(new URL(`../../${name}/README.md`, import.meta.url), "utf8");
  const [, code, output] = /```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(text) as unknown as [
    string,
    string,
    string,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], {
    cwd: new URL("..", import.meta.url),
    timeout: 20_000,
  });
  expect(stdout).toBe(output);
});
