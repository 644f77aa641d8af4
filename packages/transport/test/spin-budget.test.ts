import { expect, test } from "vitest";
import { SpinBudget } from "../src/spin-budget.ts";

const FULL = new SpinBudget().next();

/** What the next waits may spin if every spin is in vain and the bell rings so long after it. */
function inVain(budget: SpinBudget, waits: number, sleptMs: number): number[] {
  return Array.from({ length: waits }, () => {
    const spins = budget.next();
    budget.slept(sleptMs);
    return spins;
  });
}

test("spins in the way of the answer are cut down at once", () => {
  const spins = inVain(new SpinBudget(), 8, 0.01);
  expect(spins[0]).toBe(FULL);
  expect(spins.at(-1)).toBeLessThan(FULL / 200);
});

test("long waits say nothing about spinning", () => {
  expect(inVain(new SpinBudget(), 8, 5)).toEqual(new Array(8).fill(FULL));
});

test("the full budget is tried again, ever more rarely, and kept once it pays", () => {
  const budget = new SpinBudget();
  const spins = inVain(budget, 2000, 0.01);
  const tries = spins.flatMap((spin, wait) => (spin === FULL && wait > 0 ? [wait] : []));
  expect(tries.length).toBeGreaterThan(6);
  expect(tries.length).toBeLessThan(16);
  expect(tries[1]! - tries[0]!).toBeLessThan(tries[2]! - tries[1]!);

  while (budget.next() !== FULL) budget.slept(0.01);
  budget.rang();
  expect(budget.next()).toBe(FULL);
});

test("a short spin that pays is worth a longer one", () => {
  const budget = new SpinBudget();
  inVain(budget, 8, 0.01);
  const before = budget.next();
  budget.rang();
  expect(budget.next()).toBe(2 * before);
});
