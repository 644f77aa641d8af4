import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { difference, injections, Loaded } from "./support/differential.ts";
import { writeProgram } from "./support/grammar.ts";

const loaded = new Loaded();
afterAll(() => loaded[Symbol.dispose]());

const programs = process.env.ISLES_LONG === "1" ? 3_000 : 150;

it("does what the language does, whatever the program", { timeout: 600_000 }, async () => {
  const choices = fc.array(fc.nat({ max: 999 }), { minLength: 10, maxLength: 120, size: "max" });
  await fc.assert(
    fc.asyncProperty(choices, async (list) => {
      const text = writeProgram(list, "program");
      const { native, compiled } = await loaded.loadText(text, "grammar");
      const program = native.programs.program!;
      for (const injection of [undefined, ...injections(program)]) {
        expect(difference(program, compiled.programs.program!, injection), text).toBeUndefined();
      }
    }),
    { numRuns: programs },
  );
});
