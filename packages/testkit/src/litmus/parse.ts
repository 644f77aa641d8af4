/**
 * One operation of a litmus test: a store of a constant to a variable, or a load of a variable to a register. `synced`: an atomic one,
 * or one under the variable's lock (LitmusRun.manner).
 */
export type LitmusOp =
  | { readonly kind: "store"; readonly variable: string; readonly value: number; readonly synced: boolean }
  | { readonly kind: "load"; readonly register: string; readonly variable: string; readonly synced: boolean };

/** A litmus test: what each site does in program order, and the outcome that must never be seen. */
export interface LitmusTest {
  readonly name: string;
  readonly sites: readonly (readonly LitmusOp[])[];
  /** Of memory; all begin as 0. Named x, y, z. */
  readonly variables: readonly string[];
  /** Of the sites, in order of their first mention. */
  readonly registers: readonly string[];
  /** Variables whose final value is part of the outcome. */
  readonly finals: readonly string[];
  readonly forbidden: Readonly<Record<string, number>>;
}

const VARIABLE = /^[xyz]$/;

/**
 * Reads the notation of the literature (Alglave, Maranget and Tautschnig, "Herding cats", 2014, in one line): sites are
 * separated by `//`, `x=1` stores, `a=x` loads; in the condition `a=0` is a register and `x=2` a variable's final value.
 * `x:=1` and `a:=x` synchronise.
 */
export function parseLitmus(name: string, text: string, forbidden: string): LitmusTest {
  const sites = text.split("//").map((site) => site.trim().split(/\s+/).map(parseOp));
  const ops = sites.flat();
  const condition: Record<string, number> = {};
  for (const [, left, right] of forbidden.matchAll(/(\w+)=(\d+)/g)) condition[left!] = Number(right);
  return {
    name,
    sites,
    variables: [...new Set(ops.map(({ variable }) => variable))],
    registers: ops.flatMap((op) => (op.kind === "load" ? [op.register] : [])),
    finals: Object.keys(condition).filter((key) => VARIABLE.test(key)),
    forbidden: condition,
  };
}

function parseOp(text: string): LitmusOp {
  const synced = text.includes(":=");
  const [left, right] = text.split(synced ? ":=" : "=") as [string, string];
  if (VARIABLE.test(left)) return { kind: "store", variable: left, value: Number(right), synced };
  return { kind: "load", register: left, variable: right, synced };
}
