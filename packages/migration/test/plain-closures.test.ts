import { transformProgram } from "@isles/migration/transform";
import { afterAll, describe, expect, it } from "vitest";
import { difference, Loaded } from "./support/differential.ts";

const loaded = new Loaded();
afterAll(() => loaded[Symbol.dispose]());

/** The hash of the first closure of a module. */
function hashIn(text: string): string {
  const { code } = transformProgram(`${text} export function* p() { yield 1; }`, {
    url: "file:///m.mjs",
    isHelper: true,
  })!;
  return /\$isles_closure1 = .*"hash":"(\w+)"/.exec(code)![1]!;
}

describe("closures of plain functions", () => {
  it("keep the names that esbuild keeps", async () => {
    const { native, compiled } = await loaded.loadText(
      `const __name = (target, value) => Object.defineProperty(target, "name", { value, configurable: true });
       export function* p(log) {
         const make = /* @__PURE__ */ __name((a) => { const inner = /* @__PURE__ */ __name((b) => a + b, "inner"); return inner; }, "make");
         const f = make(1);
         yield 1;
         log(f.name, make.name, f(2));
       }`,
      "names",
    );
    expect(difference(native.programs.p!, compiled.programs.p!)).toBeUndefined();
  });

  it("have another hash where the same text uses other locals", () => {
    const closure = "return () => a + b;";
    const hash = hashIn(`function make(a, b) { ${closure} }`);
    expect(hashIn(`function make(b, a) { ${closure} }`)).toBe(hash);
    expect(hashIn(`let b = 1; function make(a) { ${closure} }`)).not.toBe(hash);
    expect(hashIn(`let a = 1; function make(b) { ${closure} }`)).not.toBe(hash);
  });

  it("are left alone where they are only called", () => {
    const text =
      "export function* p() { yield 1; } export const sum = (list) => list.reduce((a, b) => a + b, (() => 0)());";
    expect(transformProgram(text, { url: "file:///m.mjs", isHelper: true })!.code).not.toContain("$isles_closure");
  });
});
