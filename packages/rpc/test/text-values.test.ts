import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMalformed, TextReader } from "../src/text-frames.ts";
import { primitivesText, type ReferenceText, readValues, TextWriter } from "../src/text-values.ts";

const noReferences: ReferenceText = {
  describe: () => undefined,
  resolve: () => {
    throw new Error("there are none");
  },
};

function there(values: readonly unknown[]): string | undefined {
  return primitivesText(values) ?? new TextWriter(noReferences).values(values);
}

function back(text: string): unknown[] {
  const reader = new TextReader(text);
  const values = readValues(reader, noReferences);
  expect(reader.atEnd).toBe(true);
  return values;
}

const primitive = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, NaN),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6 },
    primitive,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("tree"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe("values as text", () => {
  it("come back equal, or are given up", () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (values) => {
        const text = there(values);
        if (text !== undefined) expect(back(text)).toStrictEqual(values);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["a hole", [Object.assign([1], { length: 3 })]],
    ["an array with properties", [Object.assign([1], { index: 1 })]],
    ["an object met twice", twice({})],
    ["a cycle", [cycle()]],
    ["an object without a prototype", [Object.create(null)]],
    [
      "a getter",
      [
        {
          get a() {
            return 1;
          },
        },
      ],
    ],
    ["an own __proto__", [JSON.parse('{"__proto__": 1}')]],
    ["a date", [new Date()]],
    [
      "a class instance",
      [
        new (class {
          a = 1;
        })(),
      ],
    ],
    ["a namespace", [Math]],
    ["a proxy", [new Proxy({ a: 1 }, {})]],
    ["a symbol", [Symbol()]],
    ["a very deep list", [[[[[[[[[[[[1]]]]]]]]]]]]],
    ["a long list of lists", [Array.from({ length: 100 }, () => [])]],
  ])("give up %s, which structured clone can tell from others", (_what, values) => {
    expect(there(values)).toBe(undefined);
  });

  it("read whatever comes without throwing anything but that it is malformed", () => {
    const alphabet = fc.constantFrom(..."0123456789;;;sdtfunbrao-.eNI__proto__".split(""));
    const soup = fc.string({ unit: alphabet, maxLength: 40 });
    const cut = fc.tuple(fc.array(tree, { maxLength: 3 }), fc.nat(), soup).map(([values, at, other]) => {
      const text = there(values) ?? "";
      return text.slice(0, at % (text.length + 1)) + other;
    });
    fc.assert(
      fc.property(fc.oneof(soup, cut), (text) => {
        try {
          readValues(new TextReader(text), noReferences);
        } catch (error) {
          if (!isMalformed(error) && (error as Error).message !== "there are none") throw error;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

function twice(object: object): unknown[] {
  return [object, object];
}

function cycle(): object {
  const self: { self?: object } = {};
  self.self = self;
  return self;
}
