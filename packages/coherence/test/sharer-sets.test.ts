import fc from "fast-check";
import { expect, test } from "vitest";
import { SharerSets } from "../src/sharer-sets.ts";

test("a bitmap of any width is a set for each slot", () => {
  const change = fc.record({ slot: fc.nat(2), endpoint: fc.nat(99), adds: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const sets = new SharerSets(3, 100);
      const expected = [new Set<number>(), new Set<number>(), new Set<number>()];
      for (const { slot, endpoint, adds } of changes) {
        if (adds) sets.add(slot, endpoint);
        else sets.remove(slot, endpoint);
        if (adds) expected[slot].add(endpoint);
        else expected[slot].delete(endpoint);
      }
      expected.forEach((members, slot) => {
        const walked: number[] = [];
        for (let s = sets.nextFrom(slot, 0); s >= 0; s = sets.nextFrom(slot, s + 1)) walked.push(s);
        expect(walked).toEqual([...members].sort((a, b) => a - b));
        expect(sets.countOthers(slot, 50)).toBe(members.size - (members.has(50) ? 1 : 0));
      });
    }),
  );
});
