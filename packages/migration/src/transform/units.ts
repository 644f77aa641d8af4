import type { ClassNode, FunctionNode, Node } from "./nodes.ts";
import type { Variable } from "./variables.ts";

/**
 * What owns variables. A *process* is a generator function that is compiled; *plain* is any other function, and a class
 * inside a process, whose text stays as it is.
 */
export class Unit {
  kind: "module" | "plain" | "process";
  readonly node: Node;
  readonly parent: Unit | null;
  /** Why a generator function stays native. */
  left: { readonly reason: string; readonly at: number } | null = null;
  readonly id: string;
  /** Only of a process: what stands for `this`, `arguments` and its own name, if it uses them. */
  self: Variable | null = null;
  arguments: Variable | null = null;
  own: Variable | null = null;
  /** Locals of processes around it that it uses. */
  readonly captures = new Set<Variable>();

  constructor(kind: Unit["kind"], node: Node, parent: Unit | null, id: string) {
    this.kind = kind;
    this.node = node;
    this.parent = parent;
    this.id = id;
  }

  get function(): FunctionNode {
    return this.node as FunctionNode;
  }

  leave(reason: string, at: number): void {
    this.kind = "plain";
    this.left ??= { reason, at };
  }
}

export type LiftedNode = FunctionNode | ClassNode;
