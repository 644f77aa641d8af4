import {
  AssertionError,
  assert,
  CloneError,
  ClosedError,
  DeadlockError,
  endpointName,
  IslesError,
  LimitError,
  MismatchError,
  ReleasedError,
  SiteDownError,
  TimeoutError,
  UsageError,
  unreachable,
  WouldBlockError,
} from "@isles/base";
import { describe, expect, it } from "vitest";

describe("errors", () => {
  it.each([
    [new SiteDownError(3, "gone"), "SiteDownError", "SITE_DOWN"],
    [new UsageError("BAD_NAME", "no"), "UsageError", "BAD_NAME"],
    [new MismatchError("no"), "MismatchError", "MISMATCH"],
    [new ReleasedError("no"), "ReleasedError", "RELEASED"],
    [new WouldBlockError("get", "async.get"), "WouldBlockError", "WOULD_BLOCK"],
    [new ClosedError("no"), "ClosedError", "CLOSED"],
    [new TimeoutError("no"), "TimeoutError", "TIMEOUT"],
    [new LimitError("no"), "LimitError", "LIMIT"],
    [new CloneError("args.f", "a function"), "CloneError", "CANNOT_CLONE"],
    [new DeadlockError([0, 1], "no"), "DeadlockError", "DEADLOCK"],
    [new AssertionError("no"), "AssertionError", "ASSERTION"],
  ])("%s has its name and code and derives from IslesError", (error, name, code) => {
    expect(error).toBeInstanceOf(IslesError);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code]).toEqual([name, code]);
    expect(String(error.stack)).toContain(name);
  });

  it("say what to use instead, where, and which", () => {
    expect(new WouldBlockError("grid.get", "grid.async.get").message).toMatch(/grid\.get.*grid\.async\.get/);
    expect(new SiteDownError(3, "gone").site).toBe(3);
    expect(new CloneError("args.f", "a function")).toMatchObject({
      path: "args.f",
      message: "args.f is a function, which cannot travel to another site",
    });
  });

  it("keep their cause", () => {
    const cause = new Error("root");
    for (const error of [new SiteDownError(0, "x", { cause }), new CloneError("a", "b", { cause })]) {
      expect(error.cause).toBe(cause);
    }
    expect("cause" in new ClosedError("x")).toBe(false);
  });
});

describe("assert", () => {
  it("throws with its message, and nothing if it holds", () => {
    assert(true, "fine");
    expect(() => assert(false, "the page is gone")).toThrow(/the page is gone.*report/);
    expect(() => unreachable("x" as never, "message")).toThrow("unexpected message: x");
  });
});

it("endpoints are called site or launcher", () => {
  expect([0, 3, 4].map((id) => endpointName(id, 4))).toEqual(["site 0", "site 3", "the launcher"]);
});
