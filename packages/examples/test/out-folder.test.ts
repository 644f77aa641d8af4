import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeOutFolder } from "@isles/examples";
import { UsageError } from "isles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "isles-out-"));
});
afterAll(() => rmSync(base, { recursive: true }));

/** What it throws for a folder. */
async function refusal(path: string): Promise<UsageError> {
  const error = await makeOutFolder(path, "--out").then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  return error as UsageError;
}

const linux = process.platform === "linux";

describe("a folder for what a command makes", () => {
  it("is made with those above it, and left empty", async () => {
    const path = join(base, "a", "b", "c");
    await makeOutFolder(path, "--out");
    expect(readdirSync(path)).toEqual([]);
    await makeOutFolder(path, "--out");
    expect(readdirSync(join(base, "a", "b"))).toEqual(["c"]);
  });

  it("may be a link to one", async () => {
    const link = join(base, "link");
    symlinkSync(mkdtempSync(join(base, "there-")), link);
    await makeOutFolder(join(link, "below"), "--out");
    expect(existsSync(join(link, "below"))).toBe(true);
  });

  it("is refused with what is in the way", async () => {
    const file = join(base, "file");
    writeFileSync(file, "keep me");
    for (const path of [file, join(file, "below", "it")]) {
      expect((await refusal(path)).message).toBe(
        `--out ${path}: ${file} is in the way: it is no folder; name a folder that can be written to`,
      );
    }
    expect(readFileSync(file, "utf8")).toBe("keep me");
    const nowhere = join(base, "nowhere");
    symlinkSync(join(base, "gone"), nowhere);
    expect((await refusal(join(nowhere, "x"))).message).toContain(
      `${nowhere} is in the way: a link that leads nowhere`,
    );
  });

  it.runIf(linux)(
    "is refused at once where Node's own recursive mkdir would never return",
    { timeout: 5000 },
    async () => {
      for (const path of ["/proc/x", "/proc/x/y", "/proc"]) {
        const { code, message } = await refusal(path);
        expect(code).toBe("BAD_FOLDER");
        expect(message).toMatch(
          new RegExp(`^--out ${path}: the file system there takes no new files \\(ENOENT: /proc.*$`),
        );
      }
    },
  );

  it.runIf(linux)("is refused without permission", { timeout: 20_000 }, () => {
    const closed = join(base, "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o555);
    chmodSync(base, 0o755);
    const script = `
      const { makeOutFolder } = await import(${JSON.stringify(import.meta.resolve("@isles/examples"))});
      for (const path of ${JSON.stringify([closed, join(closed, "x")])})
        await makeOutFolder(path, "--out").catch((error) => console.log(error.message));`;
    // Root may write anywhere.
    const nobody = process.getuid!() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      timeout: 15_000,
      ...nobody,
    });
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual([
      `--out ${closed}: permission denied (EACCES: ${closed}); name a folder that can be written to`,
      `--out ${join(closed, "x")}: permission denied (EACCES: ${join(closed, "x")}); name a folder that can be written to`,
      "",
    ]);
  });
});
