import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Example, main, type Streams } from "@isles/examples/cli";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ISLES = fileURLToPath(new URL("../../isles/bin/isles.js", import.meta.url));

/** Runs the command in this process; what it wrote. */
function examples(...argv: string[]) {
  return examplesOf(undefined, ...argv);
}

async function examplesOf(collection: readonly Example[] | undefined, ...argv: string[]) {
  const texts = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof texts) => {
    const through = new PassThrough();
    through.on("data", (chunk) => {
      texts[name] += chunk;
    });
    return through as unknown as NodeJS.WriteStream;
  };
  const streams: Streams = { stdout: stream("stdout"), stderr: stream("stderr") };
  const code = await main(argv, streams, collection);
  return { code, ...texts };
}

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("isles examples", () => {
  let out = "";
  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), "isles-examples-"));
  });
  afterAll(() => rmSync(out, { recursive: true }));

  it("lists them with their sizes; every source and every program is there", async () => {
    const { code, stdout } = await examples();
    expect(code).toBe(0);
    const { stdout: json } = await examples("--json");
    const all = jsonLines(json);
    expect(all.length).toBeGreaterThan(8);
    expect(new Set(all.map(({ example }) => example)).size).toBe(all.length);
    for (const { example, title, about, sizes, sources } of all) {
      expect(stdout).toContain(`${example} `);
      expect([title.length > 10, about.length > 40], example).toEqual([true, true]);
      expect(Object.keys(sizes), example).toContain("tiny");
      expect(sources.length, example).toBeGreaterThan(0);
      for (const source of sources) expect(existsSync(source), source).toBe(true);
    }
  });

  it("every kernel's program exports the function of its name", async () => {
    const { stdout } = await examples("--json");
    const kernels = jsonLines(stdout).filter(({ sources }) => sources[0].includes(".program.ts"));
    for (const { example } of kernels) {
      const program = (await import(`@isles/examples/programs/${example}`)) as Record<string, unknown>;
      expect(typeof program[example === "heat" ? "spread" : example], example).toBe("function");
    }
  });

  it("runs some, at several numbers of sites, and writes their pictures", async () => {
    const args = ["tsp", "pagerank", "--size", "tiny", "--sites", "1,2", "--out", join(out, "new")];
    const { code, stdout, stderr } = await examples(...args, "--json");
    expect(code).toBe(0);
    const results = jsonLines(stdout);
    expect(results.map(({ example, sites, verdict }) => [example, sites, verdict.ok])).toEqual([
      ["tsp", 1, true],
      ["tsp", 2, true],
      ["pagerank", 1, true],
      ["pagerank", 2, true],
    ]);
    for (const { seconds, traffic, picture } of results) {
      expect(seconds).toBeGreaterThan(0);
      expect(traffic.messages).toBeGreaterThan(0);
      expect(readFileSync(picture, "utf8")).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    }
    expect(stderr).toContain("All 4 results verified.");
  });

  it("takes the next smaller size for those that were not named alone", async () => {
    const { stdout } = await examples("hashmap", "data", "--size", "tiny", "--json");
    expect(jsonLines(stdout).map(({ example, size, sites }) => [example, size, sites])).toEqual([
      ["hashmap", "tiny", 2],
      ["data", "tiny", 2],
    ]);
  });

  it.each([
    [["haet"], 'there is no example "haet"; did you mean heat?'],
    [["no-such-thing-at-all"], 'there is no example "no-such-thing-at-all" (isles examples lists them)'],
    [["heat", "--sites", "0"], "--sites takes numbers from 1 to"],
    [["heat", "--size", "huge"], "--size takes tiny, S, W, A"],
    [["heat", "--size", "A"], "heat has no size A; it has tiny, S, W"],
    [["heat", "--out", ""], "--out needs a directory"],
    [["--source"], "--source needs the name of an example"],
    [["heat", "--bogus"], "--bogus"],
  ])("refuses %j in one line", async (argv, message) => {
    await expect(examples(...argv)).rejects.toThrow(message);
    await expect(examples(...argv)).rejects.toThrow(/^[^\n]+$/);
  });

  it("refuses a folder that cannot be had before anything is run", async () => {
    let runs = 0;
    const counting = (name: string, draws: boolean): Example => ({
      name,
      title: name,
      about: name,
      sizes: { tiny: "none" },
      own: {
        source: "index.ts",
        draws,
        run: async () => {
          runs++;
          return { verdict: { ok: true, against: "nothing", found: "nothing" }, seconds: 1 };
        },
      },
    });
    const collection = [counting("plain", false), counting("drawn", true)];
    const file = join(out, "file");
    writeFileSync(file, "");
    const message = `--out ${file}: ${file} is in the way: it is no folder; name a folder that can be written to`;
    await expect(examplesOf(collection, "all", "--out", file)).rejects.toThrow(message);
    expect(runs).toBe(0);
    expect((await examplesOf(collection, "plain", "--out", file)).code).toBe(0);
  });

  it("explains every option, with an example that it can read", async () => {
    const { stdout } = await examples("--help");
    for (const flag of ["--sites", "--size", "--out", "--source", "--json"]) {
      const about = new RegExp(`^  ${flag}( [A-Z,]+)? +\\S[^]*?(?=\\n  -)`, "m").exec(stdout)?.[0] ?? "";
      if (!["--source", "--json"].includes(flag)) expect(about).toContain("(default: ");
      const [, line = ""] = /^ {17}isles examples (.*?)( > \S+)?$/m.exec(about) ?? [];
      expect(line).toContain(flag);
      expect((await examplesOf(undefined, ...line.split(" "), "--help")).code).toBe(0);
    }
  });

  it("tells where the source is, and what it does", async () => {
    const { stdout } = await examples("words", "--source");
    expect(stdout).toContain("programs/words.program.ts");
    expect(stdout).toContain("kernels/words.ts");
    expect(stdout).toContain("WordNet");
  });

  it("is a command of isles, with help and an exit code", () => {
    const isles = (...args: string[]) =>
      spawnSync(process.execPath, [ISLES, "examples", ...args], { encoding: "utf8", timeout: 30_000 });
    const help = isles("--help");
    expect([help.status, help.stdout.includes("--source")]).toEqual([0, true]);
    const wrong = isles("tps");
    expect([wrong.status, wrong.stdout]).toEqual([1, ""]);
    expect(wrong.stderr).toMatch(/^isles: there is no example .*did you mean tsp\?.*\n$/);
  });

  it("says what is wrong, and that exit code is 1", async () => {
    const one = (name: string, ok: boolean): Example => ({
      name,
      title: name,
      about: name,
      sizes: { tiny: "none" },
      own: {
        source: "index.ts",
        run: async ({ sites }) => ({ verdict: { ok, against: "the truth", found: `${sites} of 3` }, seconds: 1 }),
      },
    });
    const collection = [one("right", true), one("wrong", false)];
    const { code, stdout } = await examplesOf(collection, "all", "--sites", "2");
    expect(code).toBe(1);
    expect(stdout).toContain("right tiny, 2 sites: verified (the truth): 2 of 3; 1.000 s\n");
    expect(stdout).toMatch(/wrong tiny, 2 sites: .*WRONG \(the truth\): 2 of 3/);
    expect(stdout).toContain("1 of 2 results are WRONG.");
    expect((await examplesOf(collection, "right")).code).toBe(0);
  });
});
