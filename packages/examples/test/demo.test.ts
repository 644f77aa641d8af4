import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";

const DEMO = fileURLToPath(new URL("../dist/demo.js", import.meta.url));

function demo(...args: string[]) {
  return spawnSync(process.execPath, [DEMO, ...args], { encoding: "utf8", timeout: 60_000 });
}

describe("the demo's command line", () => {
  it("explains itself", () => {
    const { status, stdout } = demo("--help");
    expect(status).toBe(0);
    for (const flag of ["--quick", "--sites", "--only", "--class", "--out", "--json"]) expect(stdout).toContain(flag);
  });

  it.each([
    [["--bogus"], "--bogus"],
    [["--sites", "0"], "--sites takes numbers"],
    [["--sites", "1,,2"], "--sites takes numbers"],
    [["--only", "ft"], "--only takes cg or heat"],
    [["--class", "Q"], "--class takes S, W, A"],
    [["extra"], "extra"],
    [["--out", ""], "--out needs a directory"],
    [["--out", "/dev/null/x"], "/dev/null is in the way: it is no folder"],
  ])("refuses %j in one line", (args, message) => {
    const { status, stdout, stderr } = demo(...args);
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^demo: .*\n$/);
    expect(stderr).toContain(message);
  });
});

describe("the demo", () => {
  it("verifies both jobs and draws the picture", { timeout: 60_000 }, () => {
    const out = mkdtempSync(join(tmpdir(), "isles-demo-"));
    try {
      const { status, stdout, stderr } = demo("--quick", "--sites", "2", "--json", "--out", out);
      expect(stderr).toContain("All 2 results verified.");
      expect(status).toBe(0);
      const rows = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(rows.map(({ job, sites, verified }) => [job, sites, verified])).toEqual([
        ["CG S", 2, true],
        ["heat 512×358", 2, true],
      ]);
      for (const row of rows) expect(row.messages).toBeGreaterThan(0);
      const { width, height } = PNG.sync.read(readFileSync(join(out, "heat-512x358.png")));
      expect([width, height]).toEqual([512, 358]);
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});
