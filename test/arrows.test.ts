import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkArrows } from "../scripts/arrows.mjs";

let root: string;

function put(path: string, content: string | object): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, null, 2));
}

/** A package whose manifest, references and imports agree, unless `source` says otherwise. */
function putPackage(id: string, uses: string[], source = uses.map((u) => `import "@isles/${u}";\n`).join("")): void {
  put(`packages/${id}/package.json`, {
    name: `@isles/${id}`,
    exports: { ".": "./dist/index.js", "./internal": "./dist/internal.js" },
    dependencies: Object.fromEntries(uses.map((u) => [`@isles/${u}`, "0.1.0"])),
  });
  put(`packages/${id}/tsconfig.json`, { references: uses.map((u) => ({ path: `../${u}` })) });
  put(`packages/${id}/src/index.ts`, source);
}

const found = (): string[] => checkArrows(root).map(({ file, line, message }) => `${file}:${line}  ${message}`);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "isles-arrows-"));
  put("package.json", { workspaces: ["packages/*"] });
  putPackage("base", [], "export const one = 1;\n");
  putPackage("wire", ["base"]);
  putPackage("transport", ["base", "wire"]);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("this repository's arrows point down", () => {
  expect(checkArrows(dirname(dirname(fileURLToPath(import.meta.url))))).toEqual([]);
});

test("a sound tree passes", () => {
  expect(found()).toEqual([]);
});

describe("a planted violation is caught, with its place", () => {
  test("an arrow that points up", () => {
    putPackage("base", ["wire"], '\nimport type { x } from "@isles/wire";\n');
    expect(found()).toContainEqual(
      expect.stringMatching(/^packages\/base\/src\/index.ts:2 .*must not use @isles\/wire \(L1\)/),
    );
    expect(found()).toContainEqual(expect.stringMatching(/^packages\/base\/package.json:8 .*points up/));
  });

  test("siblings", () => {
    putPackage("rpc", [], "export {};\n");
    putPackage("dsm", ["rpc"]);
    expect(found()).toContainEqual(expect.stringContaining("they are siblings"));
  });

  test.each([
    ['import { x } from "@isles/base/internal";', "must not use @isles/base/internal"],
    ['export * from "@isles/base/dist/index.js";', 'does not export "./dist/index.js"'],
    ['import "../../base/src/index.ts";', "reaches into @isles/base by its path"],
    ['new Worker(new URL("../../base/dist/index.js", import.meta.url));', "reaches into @isles/base by its path"],
    ['const m = await import(\n  "@isles/transport"\n);', '"@isles/transport" is not declared'],
    ["import cac from 'cac';", '"cac" is not declared'],
    ['const quote = /["`]/; import "cac";', '"cac" is not declared'],
    ["export const alone = 1;", "@isles/base is declared, but packages/wire/src does not import it"],
  ])("%s", (source, message) => {
    putPackage("wire", ["base"], source);
    expect(found().join("\n")).toContain(message);
  });

  test("a Node module in a pure package", () => {
    putPackage("base", [], 'import { readFileSync } from "node:fs";\n');
    expect(found()).toEqual([expect.stringContaining('@isles/base is pure: no "node:fs"')]);
  });

  test("references and dependencies that part", () => {
    put("packages/transport/tsconfig.json", { references: [{ path: "../base" }] });
    put("packages/base/tsconfig.json", { references: [{ path: "../wire" }] });
    expect(found()).toEqual([
      expect.stringContaining("@isles/wire is referenced, but not a dependency"),
      expect.stringContaining("@isles/wire is a dependency, but not referenced"),
    ]);
  });

  test("a package without a layer", () => {
    putPackage("attic", []);
    expect(found()).toEqual([expect.stringContaining('"attic" has no layer')]);
  });
});

test("code quoted in comments and templates is not an import", () => {
  putPackage(
    "wire",
    ["base"],
    'import "@isles/base";\n/**\n * import { launch } from "isles";\n */\nexport const text = `\nimport "cac";`; // import "piscina"\n',
  );
  expect(found()).toEqual([]);
});
