import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

/** The README's programs are written to files as printed, and its commands run as printed, in a folder inside the clone. */
const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
mkdirSync(join(root, "out"), { recursive: true });
const folder = mkdtempSync(join(root, "out", "readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language, text]) => ({
  language,
  text: text!,
}));
const programs = blocks.flatMap(({ text }) => {
  const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
  return name === undefined ? [] : [{ name, text }];
});
const commands = blocks
  .filter(({ language }) => language === "console")
  .flatMap(({ text }) => text.split(/^\$ /m).slice(1))
  .map((entry) => {
    const [command, ...output] = entry.trimEnd().split("\n");
    return { command: command!, output: output.join("\n") };
  });

describe("the README", () => {
  it("has programs and commands to run", () => {
    expect(programs.map(({ name }) => name)).toEqual([
      "sum.program.ts",
      "main.ts",
      "model.program.ts",
      "release.program.ts",
      "calls.program.ts",
      "calls.ts",
      "near.program.ts",
      "near.ts",
      "journey.program.ts",
      "journey.ts",
    ]);
    expect(commands.length).toBeGreaterThanOrEqual(5);
  });

  it("has a first program of about 20 lines", () => {
    expect(programs[0]!.text.split("\n").length).toBeLessThanOrEqual(20);
  });

  it.each(commands)(
    "runs as printed: $command",
    async ({ command, output }) => {
      for (const { name, text } of programs) writeFileSync(join(folder, name), text);
      const { stdout } = await promisify(execFile)("bash", ["-c", command], { cwd: folder, timeout: 60_000 });
      expect(stdout.trimEnd()).toBe(output);
    },
    60_000,
  );

  it("names only files that exist", () => {
    for (const [, path] of readme.matchAll(/\]\(([^)#:]+)\)/g))
      expect(() => readFileSync(join(root, path!))).not.toThrow();
  });
});
