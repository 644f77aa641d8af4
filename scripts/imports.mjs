// Finds what a source file imports, without a parser: the checks run before anything is installed.
// Comments and the insides of templates are blanked first, so code quoted in them does not count.

/**
 * @typedef {{ line: number, specifier: string }} Import
 */

/** Comments, strings, templates, and (where one may begin) regular expressions, which could hold a quote. */
const token =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`|(?<=(?:[=(,:;!&|?{}[]|\breturn)\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//g;

/** `from "x"`, `import "x"`, `import("x")`, `require("x")`, `import.meta.resolve("x")`, and URLs relative to this module. */
const usage = /(?:\b(?:from|import|require|import\.meta\.resolve)\s*\(?|(?<url>\bnew\s+URL\s*\())\s*"(?<index>\d+)"/g;

/**
 * @param {string} text
 * @returns {{ imports: Import[], isPlaceholder: boolean }} `isPlaceholder`: nothing in it but `export {}`
 */
export function importsOf(text) {
  /** @type {string[]} */
  const strings = [];
  const newlines = (/** @type {string} */ s) => s.replace(/[^\n]/g, "");
  const code = text.replace(token, (found) => {
    if (found.startsWith('"') || found.startsWith("'")) return `"${strings.push(found.slice(1, -1)) - 1}"`;
    return found.startsWith("/*") || found.startsWith("//") ? newlines(found) : `0${newlines(found)}`;
  });
  const imports = [];
  for (const match of code.matchAll(usage)) {
    const specifier = strings[Number(match.groups?.index)] ?? "";
    // A URL counts only for where its path leads.
    if (match.groups?.url !== undefined && !specifier.startsWith(".")) continue;
    const end = match.index + match[0].length;
    imports.push({ line: code.slice(0, end).split("\n").length, specifier });
  }
  return { imports, isPlaceholder: /^\s*(?:export \{\};\s*)?$/.test(code) };
}
