import type { Unit } from "./units.ts";

export type VariableKind =
  | "var"
  | "let"
  | "const"
  | "function"
  | "class"
  | "catch"
  | "parameter"
  | "special"
  | "temporary";

/** A local of a process: it lives in a slot of the frame while the process is suspended. */
export class Variable {
  /** As the program calls it. */
  readonly name: string;
  /** As the compiled code calls it: no other local in the module has this name. */
  readonly id: string;
  readonly unit: Unit;
  readonly kind: VariableKind;
  /** A closure shares it: it holds a box. */
  isBoxed = false;
  /** It can be used before its declaration has run, so its uses are checked. */
  hasDeadZone = false;
  isReassigned = false;

  constructor(name: string, id: string, unit: Unit, kind: VariableKind) {
    this.name = name;
    this.id = id;
    this.unit = unit;
    this.kind = kind;
  }

  get slot(): string {
    return `_${this.id}`;
  }

  /** Nobody can give it another value while its uses wait. */
  get isSteady(): boolean {
    return !this.isBoxed && !this.hasDeadZone && !this.isReassigned && this.kind !== "var";
  }
}
