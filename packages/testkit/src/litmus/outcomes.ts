import type { LitmusTest } from "./parse.ts";

/** Registers in the order of the test, then the final values that matter: "a=0 b=1 x=2". */
export function outcomeKey(test: LitmusTest, value: (name: string) => number): string {
  return [...test.registers, ...test.finals].map((name) => `${name}=${value(name)}`).join(" ");
}

/** Every outcome that some interleaving of the sites' operations over one memory has: Lamport's definition (1979). */
export function legalOutcomes(test: LitmusTest): ReadonlySet<string> {
  const outcomes = new Set<string>();
  const values: Record<string, number> = Object.fromEntries(test.variables.map((name) => [name, 0]));
  const next = test.sites.map(() => 0);
  const step = (): void => {
    let ended = true;
    for (const [site, ops] of test.sites.entries()) {
      const op = ops[next[site]!];
      if (op === undefined) continue;
      ended = false;
      const target = op.kind === "store" ? op.variable : op.register;
      const before = values[target]!;
      values[target] = op.kind === "store" ? op.value : values[op.variable]!;
      next[site]!++;
      step();
      next[site]!--;
      values[target] = before;
    }
    if (ended) outcomes.add(outcomeKey(test, (name) => values[name]!));
  };
  step();
  return outcomes;
}

/** Whether an outcome is the one the test forbids; conditions may leave registers open. */
export function isForbidden(test: LitmusTest, outcome: string): boolean {
  const found = Object.fromEntries(outcome.split(" ").map((part) => part.split("=")));
  return Object.entries(test.forbidden).every(([name, value]) => Number(found[name]) === value);
}
