import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

/** The programs of docs/COMLINK.md are written to files as printed and run; they print what their comments say. */
const root = fileURLToPath(new URL("..", import.meta.url));
const doc = readFileSync(join(root, "docs", "COMLINK.md"), "utf8");
mkdirSync(join(root, "out"), { recursive: true });
const folder = mkdtempSync(join(root, "out", "comlink-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sections = doc
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: text.split("\n")[0]!,
    files: [...text.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(([, name, source]) => ({
      name: name!,
      source: source!,
    })),
  }));
const steps = sections.filter(({ files }) => files.some(({ name }) => name === "main.ts"));

/** What the comments behind `console.log(…);` say that it prints. */
const promised = (source: string): string[] =>
  [...source.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said!);

async function run(step: string, files: readonly { name: string; source: string }[], main: string): Promise<string> {
  const place = join(folder, step.replace(/\W+/g, "-"));
  mkdirSync(place, { recursive: true });
  for (const { name, source } of files) writeFileSync(join(place, name), source);
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", main], {
    cwd: place,
    timeout: 30_000,
  });
  return stdout.trimEnd();
}

describe("docs/COMLINK.md", () => {
  it("has a program of each step", () => {
    expect(sections.flatMap(({ files }) => files.map(({ name }) => name))).toEqual([
      "worker.ts",
      "counter.program.ts",
      "main.ts",
      "native.program.ts",
      "main.ts",
    ]);
  });

  it.each(steps)("runs as printed, and ends by itself: $title", { timeout: 60_000 }, async ({ title, files }) => {
    const expected = promised(files.find(({ name }) => name === "main.ts")!.source);
    expect(expected).toHaveLength(2);
    expect(await run(title, files, "main.ts")).toBe(expected.join("\n"));
  });

  it("begins with a worker that works", { timeout: 60_000 }, async () => {
    const [before] = sections;
    const main = `
      import { Worker } from "node:worker_threads";
      import * as Comlink from "comlink";
      import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
      const load = 'import("tsx/esm/api").then(({ tsImport }) => tsImport("./worker.ts", ' + JSON.stringify(import.meta.url) + '))';
      const worker = new Worker(load, { eval: true }); // a worker of Node 20 loads no TypeScript by itself
      const api = Comlink.wrap<{ increment(by: number): number }>(nodeEndpoint(worker as never));
      await api.increment(2);
      console.log(await api.increment(3));
      await worker.terminate();
    `;
    expect(await run(before!.title, [...before!.files, { name: "use.mts", source: main }], "use.mts")).toBe("5");
  });
});
