import { readdirSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { difference, injections, Loaded, throughBytes, trace } from "./support/differential.ts";

const folder = new URL("./programs/", import.meta.url);
const loaded = new Loaded();
afterAll(() => loaded[Symbol.dispose]());

let count = 0;
for (const file of readdirSync(folder).sort()) {
  const { native, compiled } = await loaded.load(new URL(file, folder));
  describe(file, () => {
    for (const [name, program] of Object.entries(native.programs)) {
      count++;
      it(name, () => {
        const reason = native.stays[name];
        const other = compiled.programs[name]!;
        for (const injection of [undefined, ...injections(program)]) {
          expect(difference(program, other, injection, reason !== undefined)).toBeUndefined();
        }
        if (reason !== undefined) expect(() => trace(other, undefined, throughBytes)).toThrow(reason);
      });
    }
  });
}

it("has at least 150 programs", () => {
  expect(count).toBeGreaterThanOrEqual(150);
});
