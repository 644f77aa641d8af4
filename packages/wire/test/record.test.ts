import { Body, ByteOrder, encodeRecord, MAX_REGIONS, RECORD_UNITS, RecordReader } from "@isles/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const word = (max: number) => fc.oneof(fc.nat({ max }), fc.constantFrom(0, 1, max - 1, max));
const record = fc.record({
  kind: word(15),
  body: fc.constantFrom(...Object.values(Body)),
  region: word(MAX_REGIONS - 1),
  page: word(2 ** 32 - 1),
  requester: word(0xffff),
  acks: word(0xffff),
  granule: word(0xffff),
  order: fc.constantFrom(...Object.values(ByteOrder)),
});
type Record = typeof record extends fc.Arbitrary<infer R> ? R : never;

function encode(one: Record): string {
  return encodeRecord(one.kind, one.region, one.page, one.requester, one.acks, one.body, one.granule, one.order);
}

describe("records", () => {
  it("come back as they were, however many are joined and whatever stands before them", () => {
    const reader = new RecordReader();
    fc.assert(
      fc.property(fc.string(), fc.array(record), (head, records) => {
        const text = head + records.map(encode).join("");
        expect(text.length).toBe(head.length + records.length * RECORD_UNITS);
        records.forEach((expected, i) => {
          reader.read(text, head.length + i * RECORD_UNITS);
          expect({ ...reader }).toEqual(expected);
        });
      }),
      { numRuns: 500 },
    );
  });

  it("survive structured clone: lone surrogates are code units like any other", () => {
    fc.assert(
      fc.property(fc.constantFrom(0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfffe, 0xffff), (unit) => {
        const all = {
          kind: 15,
          body: Body.Same,
          region: MAX_REGIONS - 1,
          page: (unit << 16) >>> 0,
          order: ByteOrder.Big,
        };
        const text = structuredClone(encode({ ...all, requester: unit, acks: unit, granule: unit }));
        const reader = new RecordReader();
        reader.read(text, 0);
        expect({ ...reader }).toEqual({ ...all, requester: unit, acks: unit, granule: unit });
      }),
    );
  });
});
