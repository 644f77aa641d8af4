import { readdirSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { difference, injections, Loaded } from "./support/differential.ts";

const folder = new URL("./programs/", import.meta.url);
const loaded = new Loaded();
afterAll(() => loaded[Symbol.dispose]());

for (const file of readdirSync(folder).sort()) {
  const { native, compiled } = await loaded.load(new URL(file, folder));
  describe(file, () => {
    for (const [name, program] of Object.entries(native)) {
      it(name, () => {
        expect(difference(program, compiled[name]!)).toBeUndefined();
        for (const injection of injections(program)) {
          expect(difference(program, compiled[name]!, injection)).toBeUndefined();
        }
      });
    }
  });
}
