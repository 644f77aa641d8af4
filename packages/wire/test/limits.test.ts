import { LimitError } from "@isles/base";
import { pack, type ReferenceCodec, unpack, type ValueLimits } from "@isles/wire";
import { describe, expect, it } from "vitest";

const codec: ReferenceCodec = {
  describe: (value) => (typeof value === "function" ? "a function" : undefined),
  resolve: () => () => 1,
};

function refusal(value: unknown, limits: ValueLimits, transfer?: ReadonlySet<object>): string | undefined {
  try {
    pack(value, codec, "args", { limits, ...(transfer === undefined ? {} : { transfer }) });
  } catch (error) {
    if (error instanceof LimitError) return error.message;
    throw error;
  }
  return undefined;
}

describe("bytes", () => {
  it.each<[string, unknown, number]>([
    ["a number", 1, 8],
    ["text", "abcd", 16],
    ["a large integer", 2n ** 512n - 1n, 8 + 64],
    ["an object", { ab: 1 }, 8 + 8 + 4 + 8],
    ["a list", [1, 2, 3], 8 + 3 * 8],
    ["a map", new Map([["ab", 1]]), 8 + 12 + 8],
    ["a view", new Uint8Array(100), 100],
    ["views of one buffer", views(new ArrayBuffer(100)), 8 + 100],
    ["a buffer and its view", bufferAndView(), 8 + 8 + 100],
    ["views of shared memory", views(new SharedArrayBuffer(100)), 8],
  ])("of %s are estimated", (_name, value, bytes) => {
    expect(refusal(value, { maxBytes: bytes })).toBeUndefined();
    expect(refusal(value, { maxBytes: bytes - 1 })).toMatch(`at least ${bytes} bytes; maxBytes is ${bytes - 1} bytes`);
  });

  it("name the place where the value becomes too much, and why there is a limit", () => {
    expect(refusal({ small: 1, list: [{ text: "x".repeat(1_000) }] }, { maxBytes: 1_000 })).toBe(
      "args.list[0].text brings the value to at least 2090 bytes; maxBytes is 1000 bytes, " +
        "because both sites hold a message whole in memory: send less at once, as a stream or through shared memory",
    );
  });

  it("of errors are those of their texts", () => {
    const error = new Error("x".repeat(1_000));
    expect(refusal([error], { maxBytes: 2_000 })).toMatch(/^args\[0\] brings/);
    expect(refusal([error], { maxBytes: 10_000 })).toBeUndefined();
  });

  it("of what is transferred do not count", () => {
    const buffer = new ArrayBuffer(1_000);
    expect(refusal({ buffer, view: new Uint8Array(buffer) }, { maxBytes: 100 }, new Set([buffer]))).toBeUndefined();
  });
});

describe("levels", () => {
  it("have a limit that can be lowered, and not raised", () => {
    expect(refusal([[1]], { maxDepth: 1 })).toBeUndefined();
    expect(refusal([[[1]]], { maxDepth: 1 })).toMatch(/^args\[0\]\[0\] brings .* 2 levels of nesting; maxDepth is 1/);
    expect(
      refusal(
        nested(1_001, (value) => [value]),
        { maxDepth: 5_000 },
      ),
    ).toMatch(/maxDepth is 1000/);
  });

  it.each<[string, (value: unknown) => unknown]>([
    ["arrays", (value) => [value]],
    ["objects", (value) => ({ value })],
    ["maps", (value) => new Map([[value, value]])],
    ["sets", (value) => new Set([value])],
  ])("of %s up to the limit overflow no stack, on the way out and in", (_name, wrap) => {
    const value = nested(1_000, wrap);
    expect(pack(value, codec, "args").value).toBe(value);
    const replaced = nested(999, wrap, [() => 1]);
    const got = unpack(structuredClone(pack(replaced, codec, "args")), codec);
    expect(typeof got).toBe("object");
  });
});

describe("references", () => {
  it("have a limit; the same one twice counts once", () => {
    const f = () => 1;
    expect(refusal([f, f, () => 2], { maxReferences: 2 })).toBeUndefined();
    expect(refusal({ all: [f, f, () => 2, () => 3] }, { maxReferences: 2 })).toMatch(
      /^args\.all\[3\] brings the value to at least 3 references; maxReferences is 2 references, because the receiver/,
    );
  });
});

function views(buffer: ArrayBufferLike): unknown {
  return [new Uint8Array(buffer), new Uint16Array(buffer, 10, 4)];
}

function bufferAndView(): unknown {
  const buffer = new ArrayBuffer(100);
  return [buffer, new Uint8Array(buffer)];
}

function nested(levels: number, wrap: (value: unknown) => unknown, inmost: unknown = {}): unknown {
  let value = inmost;
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}
