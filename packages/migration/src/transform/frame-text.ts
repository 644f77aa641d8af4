import type * as acorn from "acorn";
import { targetOf } from "./analysis.ts";
import type { Builder } from "./builder.ts";
import type { Compiler } from "./compiler.ts";
import type { Edits } from "./edits.ts";
import { type ClassNode, type FunctionNode, isClass, isFunction, isLoop, type Node } from "./nodes.ts";
import { type Piece, read, written } from "./pieces.ts";
import { Rewriter } from "./rewriter.ts";
import type { Unit } from "./units.ts";
import type { Variable } from "./variables.ts";

/** What a local begins with: its box or its dead zone, or the content that is there from the start. */
export interface Beginning {
  readonly variable: Variable;
  readonly value: { readonly piece: Piece; readonly isContent: boolean };
}

export const USING = "`using` in a process: a resource is of one site; use try and finally, which moving does not run";

/**
 * The text of a process where nothing suspends it. Its declarations become assignments, since its locals belong to the
 * whole step; what leaves a statement from inside becomes a jump between blocks.
 */
export class FrameText extends Rewriter {
  readonly #compiler: Compiler;
  readonly #builder: Builder;

  constructor(compiler: Compiler, builder: Builder) {
    super(compiler.analysis);
    this.#compiler = compiler;
    this.#builder = builder;
  }

  /** The process whose text this is. */
  get home(): Unit {
    return this.#builder.unit;
  }

  temporary(): Variable {
    return this.#builder.temporary();
  }

  override place(variable: Variable, node: Node): Piece {
    const own = this.analysis.writes.get(node) ?? (this.analysis.declared.has(node) ? "both" : "read");
    const access = variable.isBoxed ? "read" : own;
    const use: Piece = { kind: "use", variable, access, at: node.start };
    return variable.isBoxed ? [use, ".v"] : use;
  }

  override value(variable: Variable): Piece {
    return variable.isBoxed ? [read(variable), ".v"] : read(variable);
  }

  /** A local that is declared or otherwise set by the compiler. */
  target(variable: Variable, at = -1): Piece {
    if (variable.isBoxed) return [read(variable, at), ".v"];
    return { kind: "use", variable, access: "write", at };
  }

  /** What a block, loop, switch or function begins with: boxes, dead zones and functions. */
  entry(block: Node): Beginning[] {
    const beginnings: Beginning[] = [];
    for (const variable of this.analysis.localsOf(block)) {
      const zone = variable.hasDeadZone ? "$isles.DEAD" : "undefined";
      if (variable.isBoxed) {
        const first: Piece = variable.kind === "parameter" ? read(variable) : zone;
        beginnings.push({ variable, value: { piece: ["new $isles.Box(", first, ")"], isContent: false } });
      } else if (variable.hasDeadZone) beginnings.push({ variable, value: { piece: zone, isContent: false } });
    }
    for (const node of this.analysis.functionsOf(block)) {
      const variable = this.analysis.uses.get(node.id)!;
      beginnings.push({ variable, value: { piece: this.closure(node), isContent: true } });
    }
    return beginnings;
  }

  /** The same as assignments. */
  entryText(block: Node): Piece[] {
    return this.entry(block).map(({ variable, value }): Piece => {
      const target: Piece = value.isContent ? this.target(variable) : written(variable);
      return [target, " = ", value.piece];
    });
  }

  closure(node: FunctionNode | ClassNode): Piece {
    return this.#compiler.closure(node, this.#builder.unit);
  }

  protected override visit(node: Node, edits: Edits): void {
    if (node.type === "FunctionDeclaration") return edits.replace(node, ""); // made where its block begins
    if (node.type === "ClassDeclaration") return edits.replace(node, [this.classDeclaration(node), ";"]);
    if (isFunction(node) || isClass(node)) return edits.replace(node, this.closure(node));
    switch (node.type) {
      case "VariableDeclaration":
        return this.#declaration(node, edits);
      case "BlockStatement":
        edits.insert(
          node.start + 1,
          this.entryText(node).map((piece) => [" ", piece, ";"]),
        );
        break;
      case "SwitchStatement":
        this.#switch(node, edits);
        break;
      case "CatchClause":
        return this.#catch(node, edits);
      case "ReturnStatement":
        return edits.replace(node, ["{ ", this.return(node.argument ? this.text(node.argument) : null), " }"]);
      case "BreakStatement":
      case "ContinueStatement":
        return this.#leave(node, edits);
      case "MetaProperty":
        if (node.meta.name === "new") return edits.replace(node, "undefined");
        break;
      case "ObjectExpression":
        return edits.replace(node, this.#compiler.object(node, this));
      default:
    }
    super.visit(node, edits);
  }

  classDeclaration(node: acorn.ClassDeclaration | acorn.AnonymousClassDeclaration): Piece {
    return [this.target(this.analysis.uses.get(node.id!)!, node.start), " = ", this.closure(node)];
  }

  /** A return, with its value's text. */
  return(value: Piece | null): Piece {
    return [
      "$$value = ",
      value === null ? "undefined" : ["(", value, ")"],
      "; ",
      this.#builder.leave({ kind: "return" }),
    ];
  }

  /** `let x = 1, { y } = z` as assignments; at the head of `for…of` only the target. */
  #declaration(node: acorn.VariableDeclaration, edits: Edits): void {
    if (node.kind === "using" || node.kind === "await using") throw this.#compiler.refusal(node, USING);
    const parent = this.analysis.source.parentOf(node);
    if (parent !== undefined && isLoop(parent) && "left" in parent && parent.left === node) {
      return edits.replace(node, this.text(node.declarations[0]!.id));
    }
    const parts = node.declarations.flatMap((one) => this.declarator(one, node.kind));
    const joined = parts.map((part, index) => (index === 0 ? part : [", ", part]));
    if (parent?.type === "ForStatement") return edits.replace(node, joined);
    // A pattern's bracket must not continue a statement before it that ends without a semicolon.
    const guard = parent?.type === "BlockStatement" || parent?.type === "SwitchCase" ? ";" : "";
    edits.replace(node, [guard, joined, ";"]);
  }

  declarator(node: acorn.VariableDeclarator, kind: string): Piece[] {
    if (node.init == null) {
      if (kind === "var") return [];
      const variable = this.analysis.uses.get(node.id)!;
      return [[this.target(variable, node.start), " = undefined"]];
    }
    const text: Piece = [this.declared(node.id), " = ", this.text(node.init)];
    return [node.id.type === "ObjectPattern" ? ["(", text, ")"] : text];
  }

  /** A declaration's or a loop's target. */
  declared(id: Node): Piece {
    const variable = this.analysis.declared.has(id) ? this.analysis.uses.get(id) : undefined;
    return variable === undefined ? this.text(id) : this.target(variable, id.start);
  }

  #switch(node: acorn.SwitchStatement, edits: Edits): void {
    const entry = this.entryText(node);
    if (entry.length === 0) return;
    edits.insert(node.discriminant.start, ["(", entry.map((piece) => [piece, ", "]), "("]);
    edits.insert(node.discriminant.end, "))");
  }

  #catch(node: acorn.CatchClause, edits: Edits): void {
    if (node.param == null) return this.visit(node.body, edits);
    const pieces = this.entryText(node);
    const set: Piece = [this.text(node.param), " = $$caught"];
    const isName = node.param.type === "Identifier";
    pieces.push(isName ? [this.target(this.analysis.uses.get(node.param)!), " = $$caught"] : ["(", set, ")"]);
    edits.replace(node.param, "$$caught");
    edits.insert(
      node.body.start + 1,
      pieces.map((piece) => [" ", piece, ";"]),
    );
    this.visit(node.body, edits);
  }

  #leave(node: acorn.BreakStatement | acorn.ContinueStatement, edits: Edits): void {
    const kind = node.type === "BreakStatement" ? "break" : "continue";
    const goal = this.#builder.goalOf(kind, targetOf(node, this.analysis.source));
    if (goal !== undefined) edits.replace(node, ["{ ", this.#builder.leave(goal), " }"]);
  }
}
