import { expect, test } from "vitest";
import { LingerRation } from "../src/linger-ration.ts";

/** Events of `count` at which it looks, if every look ends so. */
function looks(ration: LingerRation, count: number, found: boolean): number {
  let looked = 0;
  for (let i = 0; i < count; i++) {
    if (!ration.next()) continue;
    ration.looked(found);
    looked++;
  }
  return looked;
}

test("looks that bring mail go on", () => {
  expect(looks(new LingerRation(), 1_000, true)).toBe(1_000);
});

test("looks in vain become rare, and one that brings mail makes them frequent again", () => {
  const ration = new LingerRation();
  expect(looks(ration, 10_000, false)).toBeLessThan(60);
  while (!ration.next());
  ration.looked(true);
  expect(looks(ration, 100, true)).toBe(100);
});
