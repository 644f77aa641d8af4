import { expect, test } from "vitest";
import { Spending, TimeAccount } from "../src/index.ts";

const NOTHING = { readMissMs: 0, writeMissMs: 0, lockMs: 0, barrierMs: 0, otherMs: 0, servingMs: 0 };

test("time counts under one kind of thing at a time, and what interrupts is not counted twice", () => {
  let now = 100;
  const account = new TimeAccount(() => now);
  now = 110; // 10 of the program's own
  const program = account.switchTo(Spending.Barrier);
  now = 113; // 3 in the barrier, in which others are served
  const barrier = account.switchTo(Spending.Serving);
  now = 118;
  account.switchTo(barrier);
  now = 120;
  account.switchTo(program);
  now = 150;
  expect(account.times()).toEqual({ ...NOTHING, barrierMs: 5, servingMs: 5 });
});

test("what goes on now counts as far as it has gone", () => {
  let now = 0;
  const account = new TimeAccount(() => now);
  account.switchTo(Spending.ReadMiss);
  now = 4;
  expect(account.times()).toEqual({ ...NOTHING, readMissMs: 4 });
  now = 6;
  expect(account.times()).toEqual({ ...NOTHING, readMissMs: 6 });
});

test("a time that was looked up already can be given", () => {
  const account = new TimeAccount(() => 0);
  account.switchTo(Spending.Lock, 5);
  account.switchTo(Spending.WriteMiss, 8);
  account.switchTo(Spending.Other, 9);
  account.switchTo(Spending.Program, 11);
  expect(account.times()).toEqual({ ...NOTHING, lockMs: 3, writeMissMs: 1, otherMs: 2 });
});
