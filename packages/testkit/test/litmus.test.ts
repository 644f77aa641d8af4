import { isForbidden, legalOutcomes, litmusTests } from "@isles/testkit";
import { describe, expect, test } from "vitest";

describe.each(litmusTests.map((row) => ({ name: row.test.name, ...row })))(
  "$name",
  ({ test: litmus, legalOutcomes: count }) => {
    const legal = [...legalOutcomes(litmus)];

    test("its forbidden outcome is not sequentially consistent", () => {
      expect(legal.filter((outcome) => isForbidden(litmus, outcome))).toEqual([]);
    });

    test(`leaves ${count} legal outcomes`, () => {
      expect(legal).toHaveLength(count);
    });
  },
);

test("two-site tests leave exactly three outcomes", () => {
  for (const { test: litmus } of litmusTests.filter((row) => row.test.sites.length === 2)) {
    expect([litmus.name, legalOutcomes(litmus).size]).toEqual([litmus.name, 3]);
  }
});

test("every test of the protocol's table is here", () => {
  const names = "SB MP LB S R 2+2W WRC RWC WWC IRIW ISA2 3.SB 3.LB 3.2W CoRR CoRR2 CoWW CoWR CoRW1 CoRW2";
  expect(litmusTests.map((row) => row.test.name)).toEqual(names.split(" "));
});
