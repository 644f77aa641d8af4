import { expect, test } from "vitest";
import { SpinBudget } from "../src/spin-budget.ts";

const FULL = new SpinBudget().next(() => 0);

/** What the next waits may spin if every spin is in vain and the bell rings so long after it. A wait takes 10 µs besides. */
function inVain(budget: SpinBudget, waits: number, sleptMs: number, fromMs = 0): number[] {
  let now = fromMs;
  return Array.from({ length: waits }, () => {
    const spins = budget.next(() => now);
    budget.slept(now, now + sleptMs);
    now += sleptMs + 0.01;
    return spins;
  });
}

test("spins in the way of the answer are cut down at once", () => {
  const budget = new SpinBudget();
  const spins = inVain(budget, 8, 0.01);
  expect(spins[0]).toBe(FULL);
  expect(spins.at(-1)).toBeLessThan(FULL / 200);
  expect(budget.isCut).toBe(true);
});

test("long waits say nothing about spinning", () => {
  const budget = new SpinBudget();
  expect(inVain(budget, 8, 5)).toEqual(new Array(8).fill(FULL));
  expect(budget.isCut).toBe(false);
});

test("the full budget is tried again, ever more rarely, and kept once it pays", () => {
  const budget = new SpinBudget();
  const spins = inVain(budget, 2000, 0.01);
  const tries = spins.flatMap((spin, wait) => (spin === FULL && wait > 0 ? [wait] : []));
  expect(tries.length).toBeGreaterThan(6);
  expect(tries.length).toBeLessThan(16);
  expect(tries[1]! - tries[0]!).toBeLessThan(tries[2]! - tries[1]!);

  while (budget.next(() => 0) !== FULL) budget.slept(0, 0.01);
  budget.rang();
  expect(budget.next(() => 0)).toBe(FULL);
  expect(budget.isCut).toBe(false);
});

test("threads that may share a core are given the time to be parted, a hundredth of it at most in the long run", () => {
  const budget = new SpinBudget();
  const spins = inVain(budget, 500_000, 0.01); // ten seconds
  const parting = spins.filter((spin) => spin > FULL).length;
  expect(parting).toBeGreaterThan(15);
  expect(parting).toBeLessThan(30);

  while (budget.next(() => 1e6) <= FULL) budget.slept(1e6, 1e6);
  budget.rang();
  expect(budget.isCut).toBe(false);
});

test("a short spin that pays is worth a longer one", () => {
  const budget = new SpinBudget();
  inVain(budget, 8, 0.01);
  const before = budget.next(() => 0);
  budget.rang();
  expect(budget.next(() => 0)).toBe(2 * before);
});
