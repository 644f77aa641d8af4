import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UsageError } from "isles";
import { expect, test } from "vitest";
import { run } from "../dist/cli.js";

const FILE = fileURLToPath(import.meta.url);

test.each([
  [["--only", "99"], /^--only: no row "99"; there are 1, 2, 3, .*pages$/],
  [["--only", "9:nosuch"], /^--only: no kernel "nosuch"; there are sor, matmul, .*words$/],
  [["--only", "1:sor"], /^--only: row 1 has no kernels to choose from, got "1:sor"$/],
  [["--sites", "0"], /^--sites is a list of whole numbers from 1 to 64, "1,2,4"; got "0"$/],
  [["--size", "XXL"], /^--size knows no "XXL"; there are tiny, S, W, A$/],
  [["--variants", "foo"], /^--variants knows no "foo"; there are serial, threads, isles, piscina, comlink$/],
  [["--bogus"], /^Unknown option '--bogus' \(--help lists the options\)$/],
  [["extra"], /^Unexpected argument 'extra' \(--help lists the options\)$/],
  [["--from", FILE], /cli\.test\.ts:1 is no JSON/],
  [["--report", `${FILE}/x`], /^--report .*cli\.test\.ts is in the way: it is no folder; name a folder that can be/],
])("%j is refused in one line, and nothing is measured", { timeout: 10_000 }, async (args, message) => {
  const error = await run(args).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  expect((error as UsageError).message).toMatch(message);
  expect((error as UsageError).message).not.toContain("\n");
});

test("as a command and under isles, too", { timeout: 60_000 }, () => {
  const of = (...args: string[]) => spawnSync(process.execPath, args, { encoding: "utf8", timeout: 25_000 });
  const bench = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  const isles = fileURLToPath(new URL("../../packages/isles/bin/isles.js", import.meta.url));
  const message = '--sites is a list of whole numbers from 1 to 64, "1,2,4"; got "0"\n';
  expect(of(bench, "--sites", "0")).toMatchObject({ status: 1, stdout: "", stderr: `bench: ${message}` });
  expect(of(isles, "bench", "--sites", "0")).toMatchObject({ status: 1, stdout: "", stderr: `isles: ${message}` });
});
