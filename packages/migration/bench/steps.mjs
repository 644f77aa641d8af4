// What a process step costs, natively and compiled: node packages/migration/bench/steps.mjs
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { capture, imageFromBytes, imageToBytes, revive } from "@isles/migration";
import { transformProgram } from "@isles/migration/transform";

const source = new URL("programs.mjs", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "isles-bench-"));
const file = join(folder, "programs.mjs");
const compiled = transformProgram(readFileSync(source, "utf8"), { url: pathToFileURL(file).href, isHelper: true });
writeFileSync(file, compiled.code);
const kinds = { native: await import(source.href), compiled: await import(pathToFileURL(file).href) };

const cases = {
  counts: { args: [], steps: 20_000_000 },
  walks: { args: [100_000], steps: 100_000 },
  nests: { args: [], steps: 10_000_000 },
  iterates: { args: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]], steps: 10_000_000 },
  guards: { args: [], steps: 10_000_000 },
};

/** Nanoseconds per step. */
function measure(generator, steps) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < steps; i++) generator.next();
  return Number(process.hrtime.bigint() - start) / steps;
}

/** A function of its own for each kind and case, so that neither sees the other's types. */
const measures = () => new Function(`return ${measure}`)();

for (const [name, { args, steps }] of Object.entries(cases)) {
  const figures = {};
  for (const kind of ["native", "compiled"]) {
    const run = measures();
    run(kinds[kind][name](...args), steps / 10);
    const rounds = Array.from({ length: 5 }, () => run(kinds[kind][name](...args), steps));
    figures[kind] = rounds.sort((a, b) => a - b)[2];
  }
  const { native, compiled } = figures;
  console.log(
    `${name.padEnd(10)} native ${native.toFixed(1)} ns  compiled ${compiled.toFixed(1)} ns  ${(compiled / native).toFixed(2)} x`,
  );
}

const walking = kinds.compiled.walks(100_000);
walking.next();
const times = [];
for (let i = 0; i < 2000; i++) {
  const start = process.hrtime.bigint();
  revive(imageFromBytes(imageToBytes(capture(walking))));
  times.push(Number(process.hrtime.bigint() - start) / 1000);
}
times.sort((a, b) => a - b);
console.log(`a small process to bytes and back: ${times[1000].toFixed(1)} us (p99 ${times[1980].toFixed(1)} us)`);
rmSync(folder, { recursive: true });
