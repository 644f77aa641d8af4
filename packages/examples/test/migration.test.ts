import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const built = join(import.meta.dirname, "../dist/migration");
const cli = join(import.meta.dirname, "../../isles/dist/cli/main.js");

/** Runs a script in a process of its own, which fails if the example does, and returns what it printed. */
async function run(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  return stdout;
}

function right(output: string): number {
  return output.split("\n").filter((line) => line.startsWith("ok: ")).length;
}

describe("the examples of migration", { timeout: 70_000 }, () => {
  it("data: pages moved in bulk need fewer messages than pages that are faulted in", async () => {
    const output = await run(join(built, "data.js"));
    expect(right(output)).toBe(6);
    const messages = (how: string) => Number(new RegExp(`^${how} .* (\\d+) messages$`, "m").exec(output)?.[1]);
    expect(messages("moved")).toBeLessThan(messages("page by page"));
  });

  it("computation: ranges are summed where they are, and no page is fetched", async () => {
    const output = await run(join(built, "computation.js"));
    expect(right(output)).toBe(4);
    expect(output).toContain("on sites 0 0 0 0 1 1 1 1; 0 pages were fetched");
    expect(output).toMatch(/run sum: site 1, since owns 1 MiB of 1 MiB/);
  });

  it("process: moved, saved, restarted elsewhere, told, killed", async () => {
    const output = await run(join(built, "process.js"));
    expect(right(output)).toBe(4);
    expect(output).toContain("its site is killed");
  });

  it("policies: each of the five reasons moves a process, and says so", async () => {
    const output = await run(join(built, "policies.js"));
    expect(right(output)).toBe(5);
    for (const reason of [
      "load: site 0 has",
      "speedup: site",
      "hardware: it prefers gpu",
      "software: it prefers maps",
      "data: ",
    ])
      expect(output).toContain(reason);
  });

  it("walk: six ways make the same walk, and only the ways of data migration fetch most pages", async () => {
    const output = await run(join(built, "walk.js"), "8", "4", "2000");
    expect(right(output)).toBe(6);
    const mebibytes = (way: string) => Number(new RegExp(`${way}[^│]*│ *\\d+ *│ *([\\d.]+)`).exec(output)?.[1]);
    expect(mebibytes("pages come as they are touched")).toBeGreaterThan(1.5);
    expect(mebibytes("process that says")).toBeLessThan(mebibytes("pages come as they are touched") / 4);
    expect(mebibytes("a call for each stretch")).toBe(0);
  });

  it("run by the command line, too", async () => {
    expect(await run(cli, "run", join(built, "data.program.js"), "--sites", "2")).toContain("doubled it to");
    const output = await run(cli, "run", join(built, "process.program.js"), "--sites", "3");
    expect(output).toContain("95 primes below 500, found on the sites 0, 1, 2");
  });
});
