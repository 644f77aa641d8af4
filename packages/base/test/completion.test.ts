import { Completion } from "@isles/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

describe("Completion", () => {
  it("keeps its first outcome, whatever comes after", () => {
    const outcome = fc.oneof(
      fc.record({ kind: fc.constant("resolve" as const), value: fc.integer() }),
      fc.record({ kind: fc.constant("reject" as const), value: fc.integer() }),
    );
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1, maxLength: 5 }), (outcomes) => {
        const completion = new Completion<number>("a number");
        const first = outcomes[0]!;
        const won = outcomes.map(({ kind, value }) => completion[kind](value));
        expect(won).toEqual(outcomes.map((_, i) => i === 0));
        if (first.kind === "resolve") expect(completion.take()).toBe(first.value);
        else expect(caught(() => completion.take())).toBe(first.value);
      }),
    );
  });

  it("may be rejected with undefined, which is still a failure", async () => {
    const completion = new Completion<number>("a number");
    completion.reject(undefined);
    expect(caught(() => completion.take())).toBeUndefined();
    await expect(completion.promise()).rejects.toBeUndefined();
  });

  it("cannot be taken before it is settled, and says which it is", () => {
    expect(() => new Completion("page 3 of grid").take()).toThrow("page 3 of grid");
  });

  it("tells listeners once, in their order, and late ones at once", () => {
    const completion = new Completion<string>("x");
    const told: string[] = [];
    completion.onSettled(() => told.push("first"));
    completion.onSettled(() => {
      told.push("second");
      completion.onSettled(() => told.push("from inside"));
    });
    expect(told).toEqual([]);
    completion.resolve("done");
    completion.resolve("again");
    completion.onSettled(() => told.push("late"));
    expect(told).toEqual(["first", "second", "from inside", "late"]);
  });

  it("is settled before its listeners run", () => {
    const completion = new Completion<number>("x");
    let seen: unknown;
    completion.onSettled(() => {
      seen = completion.take();
    });
    completion.resolve(7);
    expect(seen).toBe(7);
  });

  it("gives every promise its outcome, before and after it settles", async () => {
    const completion = new Completion<number>("x");
    const early = completion.promise();
    completion.resolve(1);
    expect(await Promise.all([early, completion.promise()])).toEqual([1, 1]);
    const failed = new Completion<number>("y");
    const rejected = expect(failed.promise()).rejects.toThrow("no");
    failed.reject(new Error("no"));
    await rejected;
    await expect(failed.promise()).rejects.toThrow("no");
  });
});

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
