import { IslesError } from "@isles/base";
import { type Packed, type ReferenceCodec, unpack } from "@isles/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Side } from "./support.ts";

describe("unpack()", () => {
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["text", "value"],
    ["no value", {}],
    ["references that are no list", { value: 1, references: {} }],
    ["null for references", { value: 1, references: null }],
    ["a hole in the list", { value: 1, references: new Array(1) }],
    ["a placeholder that is no object", { value: 1, references: [{ placeholder: 5, description: 1 }] }],
    ["an unknown type", { value: 1, references: [{ placeholder: {}, description: 1, type: "Date" }] }],
    [
      "a name of Object.prototype as type",
      { value: 1, references: [{ placeholder: {}, description: 1, type: "toString" }] },
    ],
    ["a URL that is none", { value: 1, references: [{ placeholder: {}, description: "//", type: "URL" }] }],
    ["a URL that is no text", { value: 1, references: [{ placeholder: {}, description: {}, type: "URL" }] }],
    ["parameters that are no text", { value: 1, references: [{ placeholder: {}, type: "URLSearchParams" }] }],
    ["an error that is none", { value: 1, references: [{ placeholder: {}, description: {}, type: "Error" }] }],
    ["a value that is too deep", { value: deep(1_500), references: [] }],
  ])("refuses %s", (_name, packed) => {
    let refused: unknown;
    try {
      unpack(packed as Packed, new Side());
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(IslesError);
    expect(refused).toMatchObject({ code: "MALFORMED" });
  });

  it("refuses anything at all with nothing but MALFORMED (property)", () => {
    const reference = fc.record(
      {
        placeholder: fc.anything(),
        description: fc.anything(),
        type: fc.constantFrom("Error", "URL", "URLSearchParams"),
      },
      { requiredKeys: [] },
    );
    const any = fc.oneof(fc.anything(), fc.record({ value: fc.anything(), references: fc.array(reference) }));
    const anyCodec: ReferenceCodec = { describe: () => undefined, resolve: () => ({}) };
    fc.assert(
      fc.property(any, (packed) => {
        try {
          unpack(packed as Packed, anyCodec);
        } catch (error) {
          expect(error).toMatchObject({ code: "MALFORMED" });
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

function deep(levels: number): unknown {
  let value: unknown = 0;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}
