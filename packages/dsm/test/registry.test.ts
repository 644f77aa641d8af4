import { LimitError, MismatchError, UsageError } from "@isles/base";
import { describe, expect, it } from "vitest";
import { type HomePolicy, MAX_LENGTH } from "../src/descriptor.ts";
import { type OpenRequest, Registry } from "../src/registry.ts";

const base: OpenRequest = { name: "grid", type: "float64", length: 100, pageSize: undefined, home: undefined };

function registry(): Registry {
  return new Registry(4, 4_096);
}

describe("the registry", () => {
  it("gives a name one region, with the cluster's page size and block homes by default", () => {
    const names = registry();
    const made = names.open(base);
    expect(made).toMatchObject({ isNew: true, descriptor: { ...base, id: 1, pageSize: 4_096, home: "block" } });
    expect(names.open(base)).toEqual({ descriptor: made.descriptor, isNew: false });
    expect(names.open({ ...base, pageSize: 4_096, home: "block" }).isNew).toBe(false);
  });

  it("a caller who names no page size or home takes what there is", () => {
    const names = registry();
    names.open({ ...base, pageSize: 256, home: 2 });
    expect(names.open(base).descriptor).toMatchObject({ pageSize: 256, home: 2 });
  });

  it.each<[string, Partial<OpenRequest>, string]>([
    ["type", { type: "int32" }, "int32[100] with pages of 4096 bytes and home block"],
    ["length", { length: 101 }, "float64[101] with pages of 4096 bytes and home block"],
    ["page size", { pageSize: 512 }, "float64[100] with pages of 512 bytes and home block"],
    ["home", { home: "cyclic" }, "float64[100] with pages of 4096 bytes and home cyclic"],
    ["home site", { home: 3 }, "float64[100] with pages of 4096 bytes and home site 3"],
    ["home migration", { homeMigration: false }, "and home block and homeMigration false"],
  ])("another %s is a MismatchError that says both", (_what, change, wanted) => {
    const names = registry();
    names.open(base);
    const second = () => names.open({ ...base, ...change });
    expect(second).toThrow(MismatchError);
    expect(second).toThrow('"grid" exists as float64[100] with pages of 4096 bytes and home block');
    expect(second).toThrow(wanted);
  });

  it("homes move by default but where a place is named; who says otherwise is heard", () => {
    const names = registry();
    const migrationOf = (name: string, change: Partial<OpenRequest>) =>
      names.open({ ...base, name, ...change }).descriptor.homeMigration;
    const homes: HomePolicy[] = ["block", "cyclic", "first-touch", "launcher", 2];
    expect(homes.map((home) => migrationOf(`of ${home}`, { home }))).toEqual([true, true, true, false, false]);
    expect(migrationOf("named but moving", { home: 2, homeMigration: true })).toBe(true);
    expect(migrationOf("staying", { homeMigration: false })).toBe(false);
    expect(migrationOf("staying", {})).toBe(false);
    expect(() => migrationOf("staying", { homeMigration: true })).toThrow("and homeMigration false, but");
  });

  it("frees a name once; the next region of that name is another", () => {
    const names = registry();
    const first = names.open(base).descriptor;
    expect(names.free("grid")).toEqual(first);
    expect(() => names.free("grid")).toThrow(UsageError);
    expect(() => names.free("grid")).toThrow('there is no shared array "grid" to free');
    expect(names.open({ ...base, type: "int8", length: 1 }).descriptor.id).not.toBe(first.id);
  });

  it.each<[string, Partial<OpenRequest>, new (...args: never[]) => Error, string]>([
    ["no name", { name: "" }, UsageError, "needs a name"],
    ["a negative length", { length: -1 }, RangeError, "got -1"],
    ["a broken length", { length: 1.5 }, RangeError, "got 1.5"],
    ["no length", { length: undefined as unknown as number }, RangeError, "got undefined"],
    ["a length beyond 32 bits", { length: MAX_LENGTH + 1 }, LimitError, "4294967296 elements"],
    ["a page size that is no power of two", { pageSize: 1_000 }, RangeError, "got 1000"],
    ["a page size too small", { pageSize: 128 }, RangeError, "256 to 65536"],
    ["a page size too large", { pageSize: 131_072 }, RangeError, "256 to 65536"],
    ["a broken page size", { pageSize: Number.NaN }, RangeError, "got NaN"],
    ["a site that is not there", { home: 4 }, RangeError, "home 4 is no site; there are sites 0 to 3"],
    ["a negative site", { home: -1 }, RangeError, "home -1"],
    ["an unknown policy", { home: "near" as HomePolicy }, UsageError, 'unknown home policy "near"'],
  ])("refuses %s, and the name stays free", (_what, change, type, message) => {
    const names = registry();
    expect(() => names.open({ ...base, ...change })).toThrow(type);
    expect(() => names.open({ ...base, ...change })).toThrow(message);
    expect(names.open(base).isNew).toBe(true);
  });
});
