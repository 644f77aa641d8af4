import { createSecretKey } from "node:crypto";
import { pack, type ReferenceCodec, unpack } from "@isles/wire";
import { describe, expect, it } from "vitest";
import { PlaceError, refusal, Side, travel } from "./support.ts";

describe("rich values", () => {
  it("arrive as what they were, wherever they are", () => {
    const got = travel({
      list: [new URL("https://isles.test/a?b=c#d")],
      map: new Map<unknown, unknown>([[new PlaceError("key"), new URLSearchParams("a=1&a=2")]]),
      set: new Set([new DOMException("x", "AbortError")]),
    });
    expect(got.list[0]).toBeInstanceOf(URL);
    expect(got.list[0]!.href).toBe("https://isles.test/a?b=c#d");
    const [[key, search]] = [...got.map] as [[PlaceError, URLSearchParams]];
    expect(key).toBeInstanceOf(PlaceError);
    expect(search.getAll("a")).toEqual(["1", "2"]);
    expect([...got.set][0]).toBeInstanceOf(DOMException);
    expect(travel(new PlaceError("alone"))).toBeInstanceOf(PlaceError);
  });

  it("of one object are one object on arrival, also where one error is another's cause", () => {
    const [url, cause] = [new URL("http://a.test/"), new PlaceError("cause")];
    const error = new Error("x", { cause });
    const got = travel({ cause, error, again: [url, url, error, { cause }] });
    expect(got.again[0]).toBeInstanceOf(URL);
    expect(got.again[0]).toBe(got.again[1]);
    expect(got.again[2]).toBe(got.error);
    expect(got.error.cause).toBe(got.cause);
    expect((got.again[3] as { cause: Error }).cause).toBe(got.cause);
  });

  it("need no codec of errors for the classes of the language", () => {
    const bare: ReferenceCodec = { describe: () => undefined, resolve: () => ({}) };
    const got = unpack(structuredClone(pack([new RangeError("far")], bare, "args")), bare) as Error[];
    expect(got[0]).toBeInstanceOf(RangeError);
  });

  it("do not count as references, and functions may be some", () => {
    const callback = () => 1;
    const got = travel({ url: new URL("http://a.test/"), callback, same: [callback] });
    expect(got.callback()).toBe("args.callback");
    expect(got.same[0]).toBe(got.callback);
  });

  it("and everything else are asked about once, by path", () => {
    const side = new Side();
    const shared = {};
    pack({ a: [shared, shared], m: new Map([["k", { callback() {} }]]), u: new URL("http://a.test/") }, side, "args");
    expect(side.asked).toEqual([
      "args",
      "args.a",
      "args.a[0]",
      "args.m",
      'args.m.get("k")',
      'args.m.get("k").callback',
      "args.u",
    ]);
  });
});

describe("what structured clone loses or empties", () => {
  it("in arrays beside their elements stays, even when the array is copied", () => {
    const match = Object.assign([new URL("http://a.test/")], { index: 3, where: new URL("http://b.test/") });
    const got = travel(match);
    expect(got).toHaveLength(1);
    expect(got.index).toBe(3);
    expect(got.where).toBeInstanceOf(URL);
  });

  it("a property called __proto__ stays a property", () => {
    const value = JSON.parse('{"__proto__": {"a": 1}, "b": 2}') as Record<string, unknown>;
    const got = travel({ value, url: new URL("http://a.test/") }).value;
    expect(Object.keys(got)).toEqual(["__proto__", "b"]);
    expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
  });

  it("a getter runs once, and what it gave then travels", () => {
    let runs = 0;
    const value = {
      before: 1,
      get counted() {
        return { runs: ++runs };
      },
      after: [2],
    };
    expect(structuredClone(pack(value, new Side(), "args")).value).toEqual({
      before: 1,
      counted: { runs: 1 },
      after: [2],
    });
    expect(runs).toBe(1);
    const hostile = {
      get bad() {
        throw new Error("boom");
      },
    };
    expect(refusal({ hostile })).toMatchObject({ path: "args.hostile.bad", cause: { message: "boom" } });
  });

  it("instances of classes with properties are plain data, whatever they call themselves", () => {
    class Tagged {
      readonly url = new URL("http://a.test/");
      get [Symbol.toStringTag]() {
        return "Tagged";
      }
    }
    expect(travel({ t: new Tagged() }).t.url).toBeInstanceOf(URL);
    expect(refusal({ t: Object.assign(new Tagged(), { f() {} }) }).path).toBe("args.t.f");
  });

  it.each<[string, () => object]>([
    ["an empty object", () => ({})],
    ["an empty object without a prototype", () => Object.create(null) as object],
    ["a blob", () => new Blob(["x"])],
    ["a key", () => createSecretKey(Buffer.from("secret"))],
    ["a date", () => new Date(0)],
    ["a boxed number", () => Object(5) as object],
    ["an array buffer", () => new ArrayBuffer(0)],
    ["a shared array buffer", () => new SharedArrayBuffer(8)],
    ["an empty view", () => new Uint8Array(0)],
  ])("%s passes, beside a rich value too", (_name, make) => {
    const value = make();
    expect(pack(value, new Side(), "args")).toEqual({ value });
    const beside = pack({ value, url: new URL("http://a.test/") }, new Side(), "args").value as { value: object };
    if (Object.keys(value).length === 0 && Object.prototype.toString.call(value) === "[object Object]") return;
    expect(beside.value).toBe(value);
    structuredClone(beside);
  });
});

describe("what is transferred", () => {
  it("passes untouched wherever it sits, and only then", () => {
    const { port1, port2 } = new MessageChannel();
    const buffer = new ArrayBuffer(8);
    const value = { deep: [{ port1 }], view: new Uint8Array(buffer), buffer, url: new URL("http://a.test/") };
    const packed = pack(value, new Side(), "args", { transfer: new Set<object>([port1, buffer]) });
    const sent = packed.value as typeof value;
    expect(sent.deep[0]!.port1).toBe(port1);
    expect(sent.buffer).toBe(buffer);
    const got = unpack(structuredClone(packed, { transfer: [port1 as never, buffer] }), new Side()) as typeof value;
    expect(got.deep[0]!.port1).toBeInstanceOf(MessagePort);
    expect(got.view.buffer).toBe(got.buffer);
    expect(refusal({ deep: [{ port2 }] })).toMatchObject({ path: "args.deep[0].port2" });
    expect(refusal({ view: value.view })).toMatchObject({ path: "args.view" });
    got.deep[0]!.port1.close();
    port2.close();
  });
});
