import { CloneError, MismatchError, SiteDownError, TimeoutError, UsageError } from "isles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBasics, rejection } from "./support.ts";

let cluster: Awaited<ReturnType<typeof launchBasics>>;
beforeAll(async () => {
  cluster = await launchBasics(3);
});
afterAll(() => cluster.close());

const thrown = (what: string, async = false) => rejection(cluster.run("fail", { what, async }, { site: 1 }));

describe("an error from a site", () => {
  it.each([false, true])("has its class, message and the stack of where it was thrown (async: %s)", async (async) => {
    expect(await thrown("error", async)).toMatchObject({ name: "Error", message: "plain" });
    const error = await thrown("range", async);
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe("far");
    expect(error.stack).toMatch(/RangeError: far[\s\S]*basics\.mjs/);
  });

  it("of Isles keeps class and code", async () => {
    const error = await thrown("mismatch");
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.code).toBe("MISMATCH");
    expect(await thrown("clone")).toBeInstanceOf(CloneError);
    expect((await thrown("clone")).path).toBe("args.f");
  });

  it("of the program's own class arrives as the nearest class known here, with its name and properties", async () => {
    const error = await thrown("program");
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ name: "ProgramError", message: "mine", detail: { limit: 7, tags: new Set(["a"]) } });
    expect(error.helper).toBe("() => 1"); // what cannot travel, in words
    expect(error.cause).toBeInstanceOf(UsageError);
    expect((error.cause as UsageError).code).toBe("BAD_NAME");
  });

  it("is not taken for one of ours because it is called like one", async () => {
    const error = await thrown("namesake");
    expect(error.name).toBe("TimeoutError");
    expect(error).not.toBeInstanceOf(TimeoutError);
    const odd = await thrown("odd");
    expect(odd).toBeInstanceOf(Error);
    expect(odd).toMatchObject({ name: "constructor", message: "odd" });
  });

  it("keeps its chain of causes, even one without end", async () => {
    const error = await thrown("nested");
    expect(error.message).toBe("outer");
    expect(error.cause).toBeInstanceOf(TypeError);
    expect((error.cause as Error).cause).toBe("a string at the root");
    const knot = await thrown("knot");
    const chain = new Set<unknown>();
    for (let one: unknown = knot; one instanceof Error && !chain.has(one); one = one.cause) chain.add(one);
    expect([...chain].at(-1)).toHaveProperty("cause", knot);
  });

  it("may be the platform's own", async () => {
    expect(await thrown("abort")).toMatchObject({ name: "AbortError", message: "This operation was aborted" });
  });

  it("need not be an error", async () => {
    expect(await thrown("string")).toBe("just text");
    expect(await thrown("undefined")).toBeUndefined();
    expect(await thrown("object")).toEqual({ code: 5, list: [1, 2] });
    expect(typeof (await thrown("function"))).toBe("string");
  });
});

describe("an error on one site of a runAll", () => {
  it.each([0, 1, 2])(
    "thrown at site %i is what runAll is rejected with, and the others do not wait for it",
    async (only) => {
      const error = await rejection(cluster.runAll("fail", { what: "range", only }));
      expect(error).toBeInstanceOf(RangeError);
      expect(error).not.toBeInstanceOf(SiteDownError);
      expect(await cluster.runAll("barrier")).toEqual([0, 1, 2]);
    },
  );

  it("leaves the cluster usable, a hundred times", async () => {
    for (let round = 0; round < 100; round++) {
      expect(await rejection(cluster.runAll("fail", { what: "range", only: round % 3 }))).toBeInstanceOf(RangeError);
      expect(await cluster.runAll("barrier")).toEqual([0, 1, 2]);
    }
  });
});
