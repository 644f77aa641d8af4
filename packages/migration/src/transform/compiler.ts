import { createHash } from "node:crypto";
import type * as acorn from "acorn";
import { MigrationError } from "../errors.ts";
import type { Analysis } from "./analysis.ts";
import { Builder } from "./builder.ts";
import { Edits } from "./edits.ts";
import { type FrameCode, FramePrinter } from "./frame-code.ts";
import { FrameText } from "./frame-text.ts";
import { joined, Lowering } from "./lowering.ts";
import type { ClassNode, FunctionNode, Node } from "./nodes.ts";
import { OuterText } from "./outer-text.ts";
import { type Piece, read, written } from "./pieces.ts";
import { hasAccessors, isNamedByKey, ownKey, superIn } from "./properties.ts";
import { enter } from "./statements.ts";
import { inferredName, keyName } from "./unit-tree.ts";
import type { Unit } from "./units.ts";
import type { Variable } from "./variables.ts";

/** Goes into every hash: images of another layout of frames are refused, not misread. */
const LAYOUT = "isles-frames-1";

/** A compiled generator function. */
export interface FrameInfo {
  /** Unique in the module: `walk`, `Tree.items`, `outer.inner`. */
  readonly id: string;
  readonly line: number;
  readonly column: number;
  /** Of the function's source. */
  readonly hash: string;
  /** Locals that it keeps while suspended. */
  readonly locals: readonly string[];
}

/** Compiles the generator functions of one module. */
export class Compiler {
  readonly analysis: Analysis;
  readonly frames: FrameInfo[] = [];
  readonly #outer: OuterText;
  readonly #definitions: Piece[] = [];
  readonly #compiled = new Map<Unit, string>();
  readonly #hostedBy = new Map<Unit, readonly Piece[]>();
  /** Definitions for the class that is host to what is being compiled. */
  #hosted: Piece[] | null = null;
  readonly #templates: string[] = [];
  readonly #factories = new Map<Unit, string>();

  constructor(analysis: Analysis) {
    this.analysis = analysis;
    this.#outer = new OuterText(this);
  }

  /** The module: what processes need first, on the first line, and then its own text. */
  module(runtime: string): Piece {
    const body = this.#outer.module(this.analysis.source.tree);
    const { text } = this.analysis.source;
    const hashbang = text.startsWith("#!") ? text.slice(0, text.indexOf("\n") + 1) : "";
    const prefix: Piece = [
      `import * as $isles from ${JSON.stringify(runtime)};\n`,
      `const $isles_module = $isles.module(${JSON.stringify(this.analysis.source.url)}, ${this.#names()});\n`,
      this.#definitions,
    ];
    return hashbang === "" ? [prefix, body] : [hashbang, prefix, "//", body];
  }

  /** The class of a generator's frames. */
  frame(unit: Unit): string {
    const known = this.#compiled.get(unit);
    if (known !== undefined) return known;
    const name = this.#newName(`${unit.id.replace(/[^\w$]+/g, "_")}_frame`);
    this.#compiled.set(unit, name); // it may be used in its own functions
    const before = this.#hosted;
    if (this.analysis.hosts.has(unit)) this.#hosted ??= [];
    const hosted = this.#hosted;
    this.#define(
      name,
      this.#outer.apart(() => this.#compile(unit, name)),
    );
    if (before === null && hosted !== null) this.#hostedBy.set(unit, hosted);
    this.#hosted = before;
    return name;
  }

  /** What a class has to define for a generator that uses its private names. */
  hostedDefinitions(unit: Unit): readonly Piece[] {
    this.frame(unit);
    return this.#hostedBy.get(unit) ?? [];
  }

  /** Before the module's own text; or, for what needs a class around it, in there. */
  #define(name: string, value: Piece): void {
    if (this.#hosted === null) this.#definitions.push([`const ${name} = `, value, ";\n"]);
    else {
      this.#definitions.push(`let ${name};\n`);
      this.#hosted.push([`${name} = `, value, ";\n"]);
    }
  }

  /** What a call gives to its frame, in the words of the function itself. */
  passedTo(unit: Unit): string[] {
    const passed: string[] = [];
    if (unit.self) passed.push("this");
    if (unit.arguments) passed.push("arguments");
    if (unit.own) passed.push(unit.own.name);
    for (const variable of unit.captures) passed.push(variable.id);
    for (const variable of this.#parametersOf(unit)) passed.push(variable.name);
    return passed;
  }

  #parametersOf(unit: Unit): Variable[] {
    return this.analysis.localsOf(unit.node).filter((variable) => variable.kind === "parameter");
  }

  #compile(unit: Unit, name: string): Piece {
    const { source } = this.analysis;
    const builder = new Builder(this.analysis, unit);
    const text = new FrameText(this, builder);
    const lowering = new Lowering(this, builder, text);
    enter(lowering, unit.node);
    for (const statement of (unit.function.body as acorn.BlockStatement).body) lowering.statement(statement);
    builder.code(text.return(null));
    const specials = [unit.self, unit.arguments, unit.own].filter((one) => one !== null);
    const passed = [...specials, ...unit.captures, ...this.#parametersOf(unit)];
    const locals = new Set([...passed, ...this.#localsWithin(unit), ...builder.variables]);
    const code = new FramePrinter(builder).print(name, unit.node.start, passed, [...locals]);
    const info = this.#describe(unit, code);
    this.frames.push(info);
    const meta = {
      id: info.id,
      at: source.place(unit.node.start),
      hash: info.hash,
      slots: Object.fromEntries(code.slots),
      kept: Object.fromEntries(code.kept),
    };
    return ["$isles.frame($isles_module, ", code.piece, `, ${JSON.stringify(meta)})`];
  }

  #describe(unit: Unit, code: FrameCode): FrameInfo {
    const { line, column } = this.analysis.source.position(unit.node.start);
    const locals = [...new Set(code.slots.values())].filter((name) => name !== "");
    return { id: unit.id, line, column: column + 1, hash: this.#hash(unit.node), locals };
  }

  /** `captured`: what it uses, where that is not clear from its text. */
  #hash(node: Node, captured = ""): string {
    return createHash("sha256")
      .update(`${LAYOUT}\n${captured}${this.analysis.source.textOf(node)}`)
      .digest("hex")
      .slice(0, 16);
  }

  #localsWithin(unit: Unit): Set<Variable> {
    return new Set([...this.analysis.uses.values()].filter((variable) => variable.unit === unit));
  }

  /** A function or class that a process makes: by a factory outside of it, from the boxes that it shares. */
  closure(node: FunctionNode | ClassNode, home: Unit): Piece {
    const unit = this.analysis.units.unitOf(node)!;
    const isDeclared = node.type === "FunctionDeclaration" && node.id !== null;
    const text = isDeclared ? this.#outer.anonymous(node) : this.#outer.text(node);
    const name = isDeclared ? node.id.name : node.id == null ? inferredName(node, this.analysis.source) : undefined;
    const value: Piece =
      name === undefined ? ["(", text, ")"] : [`({ ${JSON.stringify(name)}: `, text, ` })[${JSON.stringify(name)}]`];
    return this.#made(unit, node, home, [], value);
  }

  /**
   * A property whose function takes its name from the key: a method, an accessor, or a closure under a computed key. `key`
   * is the computed key's value if that is kept already; null to evaluate it here.
   */
  keyed(node: acorn.Property, text: FrameText, key: Piece | null): Piece {
    const unit = this.analysis.units.unitOf(node.value)!;
    const found = superIn(node.value);
    if (found !== undefined)
      throw this.refusal(found, "`super` in an object that a process makes; make it in a function of the module");
    if (node.kind !== "init") {
      if (!node.computed) return this.#made(unit, null, text.home, [], ["({ ", this.#outer.text(node), " })"]);
      const given = key ?? ["$isles.key(", text.text(node.key), ")"];
      return this.#made(unit, null, text.home, [["$$key", given]], ["({ ", this.#outer.keyedAs(node, "$$key"), " })"]);
    }
    if (!node.computed) {
      const method: Piece = ["({ ", this.#outer.text(node), ` })[${JSON.stringify(keyName(node.key))}]`];
      return [ownKey(node, this.analysis.source), ": ", this.#made(unit, node.value, text.home, [], method)];
    }
    const value: Piece = ["({ ", this.#outer.keyedAs(node, "$$key"), " })[$$key]"];
    if (key !== null) return ["[", key, "]: ", this.#made(unit, node.value, text.home, [["$$key", key]], value)];
    const kept = text.temporary();
    return [
      ["[", written(kept), " = $isles.key(", text.text(node.key), ")]: "],
      this.#made(unit, node.value, text.home, [["$$key", read(kept)]], value),
    ];
  }

  /** An object literal in a process: its functions are made as others are. */
  object(node: acorn.ObjectExpression, text: FrameText): Piece {
    const parts = node.properties.map((one) =>
      one.type === "Property" && isNamedByKey(one) ? this.keyed(one, text, null) : text.text(one),
    );
    if (hasAccessors(node)) return this.literal(node, parts);
    const edits = new Edits();
    for (const [index, one] of node.properties.entries()) edits.replace(one, parts[index]!);
    return edits.apply(node.start, node.end);
  }

  /** An object of properties, one piece each; accessors are objects of their own, by which it is put together. */
  literal(node: acorn.ObjectExpression, parts: readonly Piece[]): Piece {
    if (!hasAccessors(node)) return ["({ ", joined(parts), " })"];
    const objects = parts.map((part, index): Piece => {
      const property = node.properties[index]!;
      return property.type === "Property" && property.kind !== "init" ? part : ["{ ", part, " }"];
    });
    return ["$isles.assemble(", joined(objects), ")"];
  }

  /** The factory of a closure that a plain function makes, so that it can be made again; undefined if it cannot. */
  plainClosure(unit: Unit): string | undefined {
    const locals = this.analysis.plain.capturedBy(unit);
    if (locals === undefined) return undefined;
    const known = this.#factories.get(unit);
    if (known !== undefined) return known;
    const name = this.#newName(`$isles_closure${this.#factories.size + 1}`);
    this.#factories.set(unit, name);
    const parameters = [...unit.captures, ...locals].map((one) => one.id);
    const parent = this.analysis.source.parentOf(unit.node);
    if (parent?.type === "Property" && parent.computed && isNamedByKey(parent)) parameters.unshift("$$key");
    const factory: Piece = [`(${parameters.join(", ")}) => `, this.#outer.whole(unit)];
    this.#defineFactory(name, unit, unit.node, factory, [...unit.captures, ...locals].map((one) => one.name).join());
    return name;
  }

  /** The strings of a tagged template: one object for all its evaluations. */
  template(node: acorn.TemplateLiteral): Piece {
    const name = this.#newName("$isles_template");
    const strings = node.quasis.map((quasi) => quasi.value);
    const cooked = strings.map((one) => (one.cooked == null ? "undefined" : JSON.stringify(one.cooked)));
    const raw = strings.map((one) => JSON.stringify(one.raw));
    this.#templates.push(name);
    this.#definitions.push(`const ${name} = $isles.template([${cooked.join(", ")}], [${raw.join(", ")}]);\n`);
    return name;
  }

  /** Calls the factory of a function. With `node`, what it makes can be made again elsewhere. */
  #made(unit: Unit, node: Node | null, home: Unit, extra: readonly [string, Piece][], value: Piece): Piece {
    const captures = [...unit.captures].filter((one) => one.unit === home || home.captures.has(one));
    let name = this.#factories.get(unit); // a loop and its twin both make it
    if (name === undefined) {
      name = this.#newName(`$isles_closure${this.#factories.size + 1}`);
      this.#factories.set(unit, name);
      const parameters = [...extra.map(([id]) => id), ...captures.map((one) => one.id)].join(", ");
      this.#defineFactory(name, unit, node, [`(${parameters}) => `, value]);
    }
    const given: Piece[] = [...extra.map(([, piece]) => piece), ...captures.map((one) => read(one))];
    return [`${name}(`, given.map((piece, index) => (index === 0 ? piece : [", ", piece])), ")"];
  }

  #defineFactory(name: string, unit: Unit, node: Node | null, factory: Piece, captured = ""): void {
    if (node === null || node.type.startsWith("Class")) return this.#define(name, factory);
    const meta = JSON.stringify({
      id: unit.id,
      hash: this.#hash(node, captured),
      at: this.analysis.source.place(node.start),
    });
    this.#define(name, ["$isles.closure($isles_module, ", factory, `, ${meta})`]);
  }

  /** What the module calls its functions, classes and imports: how values that are one of them travel. */
  #names(): string {
    const names = new Set<string>(this.#templates);
    for (const node of this.analysis.source.tree.body) for (const name of declaredNames(node)) names.add(name);
    return `() => ({ ${[...names].map((name) => `${name}: () => ${name}`).join(", ")} })`;
  }

  #newName(base: string): string {
    return this.analysis.newVariable(base, this.analysis.units.module, "special").id;
  }

  refusal(node: Node, what: string): MigrationError {
    return new MigrationError(this.analysis.source.place(node.start), what);
  }
}

function declaredNames(node: Node): string[] {
  switch (node.type) {
    case "ImportDeclaration":
      return node.specifiers.map((one) => one.local.name);
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      return node.declaration ? declaredNames(node.declaration) : [];
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return node.id ? [node.id.name] : [];
    case "VariableDeclaration":
      return node.declarations.flatMap((one) => (one.id.type === "Identifier" ? [one.id.name] : []));
    default:
      return [];
  }
}
