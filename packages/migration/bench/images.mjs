// What images cost by their size, phase by phase: node packages/migration/bench/images.mjs [case]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deserialize, serialize } from "node:v8";
import { capture, revive } from "@isles/migration";
import { transformProgram } from "@isles/migration/transform";

const text = "export function* holds(data) { for (;;) yield data; }";
const folder = mkdtempSync(join(tmpdir(), "isles-bench-"));
const file = join(folder, "holds.mjs");
writeFileSync(file, transformProgram(text, { url: pathToFileURL(file).href, isHelper: true }).code);
const { holds } = await import(pathToFileURL(file).href);

function list(length) {
  let head = null;
  for (let i = 0; i < length; i++) head = { value: i, next: head };
  return head;
}
const range = (length, f) => Array.from({ length }, (_, i) => f(i));

/** By name: what is made, and whether the platform's structured clone gets to its end without recursion too deep. */
const cases = {
  "list of 2,000": () => list(2_000),
  "list of 8,000": () => list(8_000),
  "list of 32,000": () => list(32_000),
  "list of 100,000": () => list(100_000),
  "map of 100,000": () => new Map(range(100_000, (i) => [`key ${i}`, i])),
  "map of 100,000 objects": () => new Map(range(100_000, (i) => [i, { id: i, name: `n${i}` }])),
  "100,000 objects": () => range(100_000, (i) => ({ x: i, y: i * 2, z: `${i}` })),
  "set of 100,000": () => new Set(range(100_000, (i) => `key ${i}`)),
  "1,000,000 numbers": () => range(1_000_000, (i) => i),
  "1,000,000 doubles": () => range(1_000_000, (i) => i + 0.5),
  "100,000 strings": () => range(100_000, (i) => `string ${i}`),
  "dictionary of 100,000": () => Object.fromEntries(range(100_000, (i) => [`key ${i}`, i])),
  "300 x 300 matrix": () => range(300, (i) => range(300, (j) => i * j)),
};

function timed(f) {
  const start = performance.now();
  const value = f();
  return [performance.now() - start, value];
}

const only = process.argv[2];
for (const [name, make] of Object.entries(cases)) {
  if (only !== undefined && !name.includes(only)) continue;
  const data = make();
  const rows = [];
  for (let round = 0; round < 5; round++) {
    const suspended = holds(data);
    suspended.next();
    const [captureMs, image] = timed(() => capture(suspended));
    const [serializeMs, bytes] = timed(() => serialize(image));
    const [deserializeMs, arrived] = timed(() => deserialize(bytes));
    const [cloneMs] = timed(() => structuredClone(image));
    const [reviveMs] = timed(() => revive(arrived));
    let plainMs = Number.NaN;
    try {
      [plainMs] = timed(() => structuredClone(data));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // a list is too deep for the platform
    }
    rows.push({ captureMs, serializeMs, deserializeMs, cloneMs, reviveMs, plainMs, bytes: bytes.length });
  }
  const median = (key) => rows.map((row) => row[key]).sort((a, b) => a - b)[2];
  const moveMs = median("captureMs") + median("cloneMs") + median("reviveMs");
  const parts = ["captureMs", "cloneMs", "serializeMs", "deserializeMs", "reviveMs"].map(
    (key) => `${key.slice(0, -2)} ${median(key).toFixed(1)}`,
  );
  const plain = median("plainMs");
  console.log(
    `${name.padEnd(24)} ${parts.join("  ")}  ${(median("bytes") / 2 ** 20).toFixed(2)} MiB  ` +
      `move ${moveMs.toFixed(1)} ms, structuredClone of the data ` +
      (Number.isNaN(plain) ? "cannot do it" : `${plain.toFixed(1)} ms: ${(moveMs / plain).toFixed(2)} x`),
  );
}
rmSync(folder, { recursive: true });
