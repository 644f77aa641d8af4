import type { EncodedSourceMap } from "@jridgewell/gen-mapping";
import remapping from "@jridgewell/remapping";
import type * as acorn from "acorn";
import { MigrationError } from "../errors.ts";
import { Analysis } from "./analysis.ts";
import { Compiler, type FrameInfo } from "./compiler.ts";
import { Definitions } from "./definitions.ts";
import { inlineMapOf, withoutInlineMap } from "./inline-map.ts";
import { ModuleSource } from "./module-source.ts";
import { isFunction, type Node } from "./nodes.ts";
import { Printer } from "./printer.ts";
import type { Unit } from "./units.ts";

export interface TransformOptions {
  /** The module's URL: in errors and source maps, and by it images find the module's functions again. */
  readonly url: string;
  /** Compile its generator functions though it does not define processes itself: it helps one that does. */
  readonly isHelper?: boolean;
  /** From where compiled code imports its runtime. Default: this package, by its file. */
  readonly runtime?: string;
}

export interface TransformedProgram {
  readonly code: string;
  readonly map: EncodedSourceMap;
  /** The generator functions that became frames. */
  readonly frames: readonly FrameInfo[];
  /** Those that stay native, so that a process that holds one is pinned. */
  readonly left: readonly { readonly id: string; readonly where: string; readonly reason: string }[];
}

/**
 * Compiles the generator functions of a module that calls `defineProcess` to explicit frames. The source is JavaScript;
 * an inline source map in it is composed with. Undefined if there is nothing to compile. Throws MigrationError
 * `CANNOT_MIGRATE` with file, line and column where a process itself cannot be compiled.
 */
export function transformProgram(text: string, options: TransformOptions): TransformedProgram | undefined {
  const isHelper = options.isHelper === true;
  if (!(isHelper ? /\*/ : /\bdefineProcess\b/).test(text)) return undefined;
  if (text.includes(COMPILED)) return undefined; // a second loader on the same thread
  const source = new ModuleSource(withoutInlineMap(text), options.url, inlineMapOf(text));
  const definitions = new Definitions(source.tree);
  if (!isHelper && definitions.calls.length === 0) return undefined;
  const reserved = source.tokens.find((token) => RESERVED.test(source.textOf(token)));
  if (reserved !== undefined) {
    const words = `the name ${source.textOf(reserved)} is one of those that compiled processes use themselves; choose another`;
    throw new MigrationError(source.place(reserved.start), words);
  }
  const analysis = new Analysis(source, definitions);
  const calls = [...analysis.definitions];
  if (!isHelper && calls.length === 0) return undefined;
  for (const call of calls) checkProcess(call, analysis);
  const processes = analysis.units.units.filter((unit) => unit.kind === "process");
  if (processes.length === 0 && calls.length === 0) return undefined;
  const compiler = new Compiler(analysis);
  const printer = new Printer(source);
  printer.print(compiler.module(options.runtime ?? new URL("../runtime.js", import.meta.url).href));
  const { code, map } = printer.finish();
  const left = analysis.units.units.flatMap(({ id, left }) =>
    left === null ? [] : [{ id, where: source.place(left.at), reason: left.reason }],
  );
  return { code, map: composed(map, text), frames: compiler.frames, left };
}

const RESERVED = /^(\$isles\w*|\$\$(pc|mode|value|handler|error|loop|thrown|caught|key|result))$/;

/** What compiled modules begin with. */
const COMPILED = "import * as $isles from ";

/** The code with its map as a comment, for a loader. */
export function withInlineMap({ code, map }: TransformedProgram): string {
  const encoded = Buffer.from(JSON.stringify(map)).toString("base64");
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
}

function composed(map: EncodedSourceMap, text: string): EncodedSourceMap {
  const before = inlineMapOf(text);
  if (before === undefined) return map;
  return remapping([map as never, before as never], () => null) as unknown as EncodedSourceMap;
}

/** What `defineProcess` is given here has to be compiled; what it is given from elsewhere is looked at when it runs. */
function checkProcess(call: acorn.CallExpression, analysis: Analysis): void {
  const found = functionOf(call.arguments[0], analysis.source.tree);
  if (found === undefined) return;
  const unit: Unit | undefined = analysis.units.unitOf(found);
  const { source } = analysis;
  if (isFunction(found) && found.async) {
    throw new MigrationError(
      source.place(found.start),
      "a process cannot be async: its promises stay behind; call what blocks, or yield until it is there",
    );
  }
  if (isFunction(found) && !found.generator) {
    throw new MigrationError(source.place(found.start), "a process is a generator function: write function*");
  }
  if (unit?.left) throw new MigrationError(source.place(unit.left.at), `this process cannot move: ${unit.left.reason}`);
}

/** The function that an argument is, as far as the module's own text shows. */
function functionOf(node: Node | undefined, tree: acorn.Program): Node | undefined {
  if (node === undefined) return undefined;
  if (isFunction(node)) return node;
  // esbuild keeps names by calling its own helper with the function.
  if (node.type === "CallExpression") return functionOf(node.arguments[0], tree);
  if (node.type !== "Identifier") return undefined;
  for (const statement of tree.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type === "FunctionDeclaration" && declaration.id?.name === node.name) return declaration;
    if (declaration?.type !== "VariableDeclaration") continue;
    const one = declaration.declarations.find(({ id }) => id.type === "Identifier" && id.name === node.name);
    if (one?.init && isFunction(one.init)) return one.init;
  }
  return undefined;
}
