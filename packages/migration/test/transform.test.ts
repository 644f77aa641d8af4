import { MigrationError } from "@isles/migration";
import { transformProgram } from "@isles/migration/transform";
import { describe, expect, it } from "vitest";

const url = "file:///program.mjs";
const transform = (text: string) => transformProgram(text, { url });
const process = (body: string) => `import { defineProcess } from "isles";\nexport const p = defineProcess(${body});\n`;

function refusal(text: string): MigrationError {
  try {
    transform(text);
  } catch (error) {
    if (error instanceof MigrationError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("what is compiled", () => {
  it("leaves modules without processes alone", () => {
    expect(transform("export function* f() { yield 1; }")).toBeUndefined();
    expect(transform('export { defineProcess } from "isles"; export function* f() { yield 1; }')).toBeUndefined();
  });

  it("compiles every generator function of a module that defines a process, and says which", () => {
    const text = `${process("function* (site) { yield* helper(); }")}function* helper() { yield 1; }
class Tree { *items() { yield 1; } static *all() { yield 2; } }`;
    const compiled = transform(text)!;
    expect(compiled.frames.map(({ id, line }) => `${id}:${line}`).sort()).toEqual([
      "Tree.all:4",
      "Tree.items:4",
      "helper:3",
      "p:2",
    ]);
    expect(compiled.left).toEqual([]);
    expect(compiled.code).not.toMatch(/\byield\b/);
  });

  it("is compiled once", () => {
    const { code } = transform(process("function* () { yield 1; }"))!;
    expect(transform(code)).toBeUndefined();
  });

  it("leaves what it does not compile as it was", () => {
    const text = `${process("function* () { yield 1; }")}export async function* stays() { yield 2; }
export const arrow = (x) => x /* a comment */ + 1;`;
    const { code } = transform(text)!;
    expect(code).toContain("async function* stays() { yield 2; }");
    expect(code).toContain("export const arrow = (x) => x /* a comment */ + 1;");
  });

  it("leaves helpers that cannot move native, and says why", () => {
    const text = `${process("function* () { yield* make(1)(); }")}function make(n) { return function* inner() { yield n; }; }
class A { *each() { yield 1; } } class B extends A { *each() { yield* super.each(); } }`;
    const { left } = transform(text)!;
    expect(left).toEqual([
      { id: "make.inner", where: `${url}:3:53`, reason: "it uses n, a local of make, which has no frame" },
      { id: "B.each", where: `${url}:4:71`, reason: expect.stringMatching(/`super`/) },
    ]);
  });

  it("gives the same code for the same text: hashes of functions are comparable between sites", () => {
    const text = process("function* (site, n) { for (let i = 0; i < n; i++) yield () => i; }");
    expect(transform(text)).toEqual(transform(text));
    expect(transform(`\n\n${text}`)!.frames[0]!.hash).toBe(transform(text)!.frames[0]!.hash);
    expect(transform(text.replace("i++", "i += 1"))!.frames[0]!.hash).not.toBe(transform(text)!.frames[0]!.hash);
  });
});

describe("defineProcess under another name", () => {
  const cases: [string, string][] = [
    ["an import", 'import { defineProcess as c } from "isles";export const p = c(function* () { yield 1; });'],
    ["a minified import", 'import{defineProcess as e}from"isles";var t=e(function*(){yield 1});export{t as p};'],
    ["a re-export", 'import { defineProcess as c } from "./own.mjs"; export const p = c(function* () { yield 1; });'],
    ["a namespace", 'import * as i from "isles"; export const p = i.defineProcess(function* () { yield 1; });'],
    ["a bracket", 'import * as i from "isles"; export const p = i["defineProcess"](function* () { yield 1; });'],
    ["a sequence", 'import * as i from "isles"; export const p = (0, i.defineProcess)(function* () { yield 1; });'],
    [
      "a constant",
      'import { defineProcess } from "isles"; const d = defineProcess; export const p = d(function* () { yield 1; });',
    ],
    [
      "a pattern",
      'import * as i from "isles"; const { defineProcess: d } = i; export const p = d(function* () { yield 1; });',
    ],
  ];
  for (const [name, text] of cases) {
    it(name, () => {
      const compiled = transform(text);
      expect(compiled?.frames).toHaveLength(1);
      expect(compiled?.code).toContain("$isles.compiled(");
      expect(compiled?.code).not.toMatch(/\byield\b/);
      expect(() => transform(text.replace("function*", "function ").replace("yield 1", "1"))).toThrow(
        /a process is a generator function/,
      );
    });
  }

  it("but not a local of that name", () => {
    const text = 'import { defineProcess as c } from "isles"; export const f = (c) => c(function () {});';
    expect(transform(text)).toBeUndefined();
    const both = transform(`${text} export const p = c(function* () { yield 1; });`)!;
    expect(both.code).not.toContain("$isles.compiled(function () {})");
    expect(both.code).not.toContain("$isles.compiled($isles_closure");
  });
});

describe("places are those of what was written", () => {
  // One line, made of three by a tool that joins lines.
  const map = {
    version: 3,
    sources: ["../src/written.ts"],
    names: [],
    mappings: "AAAA,sCACA,0BACA",
  };
  const comment = `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}`;
  const at = { url: "file:///made/program.mjs" };

  it("in refusals", () => {
    const text = `import{defineProcess}from"isles";    ;export const p=defineProcess(async()=>{});${comment}`;
    expect(() => transformProgram(text, at)).toThrow(/^file:\/\/\/src\/written\.ts:[23]:1: a process cannot be async/);
  });

  it("in compiled functions", () => {
    const text = `import{defineProcess}from"isles";    ;export const p=defineProcess(function*(){yield 1});${comment}`;
    expect(transformProgram(text, at)!.code).toMatch(/"at":"file:\/\/\/src\/written\.ts:[23]:1"/);
  });
});

describe("what is refused, with its place", () => {
  const cases: [string, string, string, RegExp][] = [
    ["an async process", "async function* () { yield 1; }", "2:32", /cannot be async/],
    ["an async function", "async () => {}", "2:32", /cannot be async/],
    ["a plain function", "function () {}", "2:32", /generator function/],
    ["eval", "function* () { let x = 1;\n  yield eval('x'); }", "3:9", /`eval` sees locals by name/],
    ["using", "function* () { using x = open(); yield 1; }", "2:47", /`using`/],
    ["using in a block", "function* () { { using x = open(); } yield 1; }", "2:49", /`using`/],
    [
      "a name of the compiler's",
      "function* ($$value) { yield $$value; }",
      "2:43",
      /the name \$\$value is one of those/,
    ],
    ["a yield in a class", "function* () { return class { [yield 1] = 2; }; }", "2:63", /class's own expressions/],
    ["super in an object", "function* () { return { m() { return super.m; } }; yield 1; }", "2:69", /`super`/],
  ];
  for (const [name, body, place, reason] of cases) {
    it(name, () => {
      const error = refusal(process(body));
      expect(error.code).toBe("CANNOT_MIGRATE");
      expect(error.where).toBe(`${url}:${place}`);
      expect(error.message).toMatch(reason);
    });
  }

  it("a process that uses a local of the function around it", () => {
    const error = refusal(
      'import { defineProcess } from "isles";\nexport const make = (n) => defineProcess(function* () { yield n; });',
    );
    expect(error.message).toBe(`${url}:2:63: this process cannot move: it uses n, a local of make, which has no frame`);
  });

  it("a function that is declared elsewhere in the module", () => {
    expect(
      refusal(`import { defineProcess } from "isles";\nasync function f() {}\nexport const p = defineProcess(f);`)
        .where,
    ).toBe(`${url}:2:1`);
  });

  it("text that is no JavaScript", () => {
    expect(refusal(process("function* (a: number) { yield 1; }")).message).toMatch(/2:44: .*types have to be stripped/);
  });
});
