import fc from "fast-check";
import { expect, test } from "vitest";
import { CallTable } from "../src/call-table.ts";

test("is a map whose keys are the calls' ids (property)", () => {
  // Ids that fall on the same slot, and some that never get there.
  const id = fc.nat({ max: 6 }).map((n) => 1 + (n % 2) + (n >> 1) * 1_024);
  const step = fc.record({ id, isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), id, (steps, other) => {
      const table = new CallTable<{ id: number }>();
      const model = new Map<number, { id: number }>();
      for (const { id, isAdded } of steps) {
        if (!isAdded) expect(table.delete(id)).toBe(model.delete(id));
        else if (!model.has(id)) {
          const call = { id };
          table.add(call);
          model.set(id, call);
        }
        expect(table.size).toBe(model.size);
        expect(table.get(other)).toBe(model.get(other));
        expect(table.has(other)).toBe(model.has(other));
      }
      expect(table.values()).toEqual([...model.values()].sort((a, b) => a.id - b.id));
      table.clear();
      expect(table.size + table.values().length).toBe(0);
    }),
  );
});
