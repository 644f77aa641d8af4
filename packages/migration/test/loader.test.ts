import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { imageFromBytes, imageToBytes } from "@isles/migration";
import { describe, expect, it } from "vitest";

interface Outcome {
  readonly steps: unknown[];
  readonly stack: string | undefined;
  readonly pinned: string | undefined;
  readonly image: Uint8Array;
}

/** Three steps of a process on a thread of its own. */
async function run(data: { url: string; typescript: boolean; name?: string; image?: Uint8Array }): Promise<Outcome> {
  const worker = new Worker(new URL("loader/worker.mjs", import.meta.url), { workerData: data, execArgv: [] });
  const [outcome] = (await once(worker, "message")) as [Outcome];
  await worker.terminate();
  return outcome;
}

const programOf = (file: string) => new URL(`loader/${file}`, import.meta.url);

function lineOf(file: string, text: string): number {
  return (
    readFileSync(programOf(file), "utf8")
      .split("\n")
      .findIndex((line) => line.includes(text)) + 1
  );
}

for (const [file, typescript] of [
  ["program.mjs", false],
  ["program.ts", true],
] as const) {
  describe(file, () => {
    const url = programOf(file).href;

    it("is compiled as it loads, with what it imports by relative paths, and moves between threads", async () => {
      const first = await run({ url, typescript, name: "walk" });
      expect(first).toMatchObject({ steps: [5, 6, 2], pinned: undefined });
      const second = await run({ url, typescript, image: first.image });
      expect(second).toMatchObject({ steps: [1, "done 1"], pinned: undefined });
    });

    it("is named by its own lines where an image is of another version of it", async () => {
      const { image } = await run({ url, typescript, name: "walk" });
      const { nodes, ...rest } = imageFromBytes(image);
      const changed = nodes.map((node) => (node.t === "frame" ? { ...node, hash: "of another version" } : node));
      const failed = run({ url, typescript, image: imageToBytes({ ...rest, nodes: changed }) });
      const [line, start] = [lineOf(file, "walk = defineProcess"), "export const walk = defineProcess(".length];
      await expect(failed).rejects.toThrow(
        `${url}:${line}:${start + 1}: the function walk is not the one that this image was made with`,
      );
    });

    it("has its own lines in stack traces", async () => {
      const { stack } = await run({ url, typescript, name: "fails" });
      expect(stack).toContain(`${programOf(file).pathname}:${lineOf(file, "throw new Error")}:`);
      expect(stack).toContain(
        `${programOf(file.replace("program", "helper")).pathname}:${lineOf(file.replace("program", "helper"), "breaks(undefined)")}:`,
      );
    });
  });
}
