// The arrow check: each package knows only what is below it, and package.json, tsconfig references and imports agree.
//   node scripts/arrows.mjs [root]
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, posix, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { importsOf } from "./imports.mjs";
import { workspaceFolders } from "./workspaces.mjs";

/** From the ground up. A package may use those in rows above its own here, never its own row. A new package goes in here. */
const layers = [
  { name: "L0", packages: ["base"] },
  { name: "L1", packages: ["wire"] },
  { name: "L2", packages: ["transport"] },
  { name: "L2 engines", packages: ["transport-nats"] },
  { name: "L3", packages: ["coherence", "network"] },
  { name: "L4", packages: ["dsm", "remote-memory", "rpc"] },
  { name: "L5", packages: ["migration", "dfs"] },
  { name: "L6", packages: ["isles"] },
  { name: "tools", packages: ["model-checker", "testkit", "simulator"] },
  { name: "products", packages: ["examples", "dashboard"] },
  { name: "what measures and tests them", packages: ["bench", "test"] },
];

/** May import `<package>/internal` of what is below them. */
const mayUseInternal = new Set(["dsm", "isles", "model-checker", "testkit", "simulator"]);

/** Run anywhere: no `node:*`. */
const pure = new Set(["base", "coherence"]);

/** May declare a workspace package that their src/ does not import (yet): their tests or data use it. */
const mayLeaveUnused = new Set(layers.slice(layers.findIndex((l) => l.name === "tools")).flatMap((l) => l.packages));

/**
 * @typedef {{ file: string, line: number, message: string }} Violation
 * @typedef {import("./imports.mjs").Import & { file: string }} FoundImport
 * @typedef {object} Workspace
 * @property {string} folder relative to the root, with "/"
 * @property {string} id the folder's last name: what the table of layers knows it by
 * @property {string} name the package's name
 * @property {number} rank its row in the table; -1 if it is not there
 * @property {string[]} exports the subpaths it exports: ".", "./internal"
 * @property {{ text: string, dependencies: Set<string> }} manifest
 * @property {{ text: string, references: string[] }} config references as written
 * @property {FoundImport[]} imports
 * @property {boolean} isUnderWay its src/index.ts exports nothing yet
 */

/** @param {string} text @param {string} needle */
function lineOf(text, needle) {
  const at = text.indexOf(needle);
  return at < 0 ? 1 : text.slice(0, at).split("\n").length;
}

/** @param {string} folder @returns {string[]} */
function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** @param {string} root @param {string} folder @returns {Workspace} */
function readWorkspace(root, folder) {
  const id = posix.basename(folder);
  const manifestText = readFileSync(join(root, folder, "package.json"), "utf8");
  const manifest = JSON.parse(manifestText);
  const configText = readFileSync(join(root, folder, "tsconfig.json"), "utf8");
  const sources = sourceFiles(join(root, folder, "src")).map((path) => ({
    file: posix.join(folder, path.slice(join(root, folder).length + 1).replaceAll("\\", "/")),
    ...importsOf(readFileSync(path, "utf8")),
  }));
  const groups = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
  return {
    folder,
    id,
    name: manifest.name,
    rank: layers.findIndex((layer) => layer.packages.includes(id)),
    exports: Object.keys(manifest.exports ?? {}),
    manifest: {
      text: manifestText,
      dependencies: new Set(groups.flatMap((group) => Object.keys(manifest[group] ?? {}))),
    },
    config: {
      text: configText,
      references: (JSON.parse(configText).references ?? []).map((/** @type {{ path: string }} */ r) => r.path),
    },
    imports: sources.flatMap(({ file, imports }) => imports.map((found) => ({ ...found, file }))),
    isUnderWay: sources.some(({ file, isPlaceholder }) => isPlaceholder && file === `${folder}/src/index.ts`),
  };
}

/** The workspace package a specifier names, and the subpath asked of it. @param {string} specifier */
function splitSpecifier(specifier) {
  const parts = specifier.split("/");
  const length = specifier.startsWith("@") ? 2 : 1;
  return { name: parts.slice(0, length).join("/"), subpath: [".", ...parts.slice(length)].join("/") };
}

/** Everything that is wrong in one workspace. */
class Check {
  /** @param {Workspace} self @param {Map<string, Workspace>} byName @param {(violation: Violation) => void} report */
  constructor(self, byName, report) {
    this.self = self;
    this.byName = byName;
    this.report = report;
    this.manifestFile = `${self.folder}/package.json`;
    this.configFile = `${self.folder}/tsconfig.json`;
  }

  run() {
    const { self } = this;
    if (self.rank < 0) {
      this.report({
        file: this.manifestFile,
        line: 1,
        message: `"${self.id}" has no layer: add it to the table at the head of scripts/arrows.mjs.`,
      });
      return;
    }
    /** @type {Set<string>} */
    const imported = new Set();
    for (const found of self.imports) {
      const name = this.checkImport(found);
      if (name !== undefined) imported.add(name);
    }
    this.checkDependencies(imported);
    this.checkReferences();
  }

  /**
   * Reports an arrow that does not point down.
   * @param {Workspace} target @param {string} file @param {number} line
   */
  checkArrow(target, file, line) {
    const { self } = this;
    if (target.rank < 0 || target.rank < self.rank) return;
    const layer = (/** @type {Workspace} */ w) => `${w.name} (${layers[w.rank]?.name})`;
    const why = target.rank === self.rank ? "they are siblings" : "that arrow points up";
    this.report({
      file,
      line,
      message: `${layer(self)} must not use ${layer(target)}: ${why}. Move what both need to a lower layer, or pass it in from above.`,
    });
  }

  /** @param {FoundImport} found @returns {string | undefined} the workspace package it imports */
  checkImport({ file, line, specifier }) {
    const { self } = this;
    if (specifier.startsWith(".")) {
      this.checkRelative({ file, line, specifier });
      return undefined;
    }
    if (isBuiltin(specifier)) {
      if (pure.has(self.id)) {
        this.report({
          file,
          line,
          message: `${self.name} is pure: no "${specifier}". Take what it gives as an argument (a port).`,
        });
      }
      return undefined;
    }
    const { name, subpath } = splitSpecifier(specifier);
    if (name === self.name) {
      this.report({ file, line, message: `${self.name} imports itself by name: use a relative path.` });
      return undefined;
    }
    if (!self.manifest.dependencies.has(name)) {
      this.report({
        file,
        line,
        message: `"${name}" is not declared: add it to the dependencies in ${this.manifestFile}.`,
      });
    }
    const target = this.byName.get(name);
    if (target === undefined) return undefined;
    this.checkArrow(target, file, line);
    this.checkSubpath(target, subpath, file, line);
    return name;
  }

  /** @param {Workspace} target @param {string} subpath @param {string} file @param {number} line */
  checkSubpath(target, subpath, file, line) {
    if (subpath === "./internal" && !mayUseInternal.has(this.self.id)) {
      this.report({
        file,
        line,
        message: `${this.self.name} must not use ${target.name}/internal: take it from "${target.name}", or export it there.`,
      });
    } else if (subpath !== "." && !target.exports.includes(subpath)) {
      this.report({ file, line, message: `${target.name} does not export "${subpath}": import "${target.name}".` });
    }
  }

  /** @param {FoundImport} found a relative path: it has to stay in its package */
  checkRelative({ file, line, specifier }) {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    if (target.startsWith(`${this.self.folder}/`)) return;
    const owner = [...this.byName.values()].find((w) => target === w.folder || target.startsWith(`${w.folder}/`));
    this.report({
      file,
      line,
      message: owner
        ? `"${specifier}" reaches into ${owner.name} by its path: import "${owner.name}".`
        : `"${specifier}" leaves ${this.self.folder}: a package stands on its own files and its dependencies.`,
    });
  }

  /** @param {Set<string>} imported */
  checkDependencies(imported) {
    const { self } = this;
    for (const name of self.manifest.dependencies) {
      const target = this.byName.get(name);
      if (target === undefined) continue;
      const line = lineOf(self.manifest.text, `"${name}":`);
      this.checkArrow(target, this.manifestFile, line);
      if (imported.has(name) || self.isUnderWay || mayLeaveUnused.has(self.id)) continue;
      this.report({
        file: this.manifestFile,
        line,
        message: `${name} is declared, but ${self.folder}/src does not import it: remove it here and from ${this.configFile}.`,
      });
    }
  }

  checkReferences() {
    const { self } = this;
    const byFolder = new Map([...this.byName.values()].map((w) => [w.folder, w]));
    /** @type {Set<string>} */
    const referenced = new Set();
    for (const path of self.config.references) {
      const target = byFolder.get(posix.normalize(posix.join(self.folder, path)).replace(/\/(tsconfig\.json)?$/, ""));
      const line = lineOf(self.config.text, `"${path}"`);
      if (target === undefined) {
        this.report({ file: this.configFile, line, message: `"${path}" is no workspace.` });
        continue;
      }
      referenced.add(target.name);
      if (self.manifest.dependencies.has(target.name)) continue;
      this.report({
        file: this.configFile,
        line,
        message: `${target.name} is referenced, but not a dependency in ${this.manifestFile}: make the two agree.`,
      });
    }
    for (const name of self.manifest.dependencies) {
      if (!this.byName.has(name) || referenced.has(name)) continue;
      this.report({
        file: this.manifestFile,
        line: lineOf(self.manifest.text, `"${name}":`),
        message: `${name} is a dependency, but not referenced: add its folder to "references" in ${this.configFile}.`,
      });
    }
  }
}

/**
 * Checks a checkout.
 * @param {string} root
 * @returns {Violation[]}
 */
export function checkArrows(root) {
  const workspaces = workspaceFolders(root).map((folder) => readWorkspace(root, folder));
  const byName = new Map(workspaces.map((w) => [w.name, w]));
  /** @type {Violation[]} */
  const violations = [];
  for (const workspace of workspaces) new Check(workspace, byName, (v) => violations.push(v)).run();
  return violations;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const violations = checkArrows(resolve(process.argv[2] ?? "."));
  for (const { file, line, message } of violations) console.error(`${file}:${line}  ${message}`);
  if (violations.length > 0) process.exitCode = 1;
}
