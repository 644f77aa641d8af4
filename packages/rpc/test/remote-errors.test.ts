import { ErrorCodec } from "@isles/wire";
import { describe, expect, it } from "vitest";
import { echoing } from "./echoing.ts";

class OrderError extends Error {
  override readonly name = "OrderError";
  readonly code: string = "E_ORDER";
  readonly order: number;

  constructor(order: number, options?: ErrorOptions) {
    super(`order ${order} failed`, options);
    this.order = order;
  }
}

describe("errors", () => {
  it("arrive with class, code, cause, properties, and the remote stack", async () => {
    const errors = new ErrorCodec();
    const { net, echo } = echoing({ errors });
    net.rpc(0).registerErrors(OrderError);
    const sent = new OrderError(7, { cause: new RangeError("deep", { cause: { at: [1] } }) });
    const error = await net.failure(echo.fail(sent));
    expect(error).toBeInstanceOf(OrderError);
    expect(error).toMatchObject({ code: "E_ORDER", order: 7, message: "order 7 failed" });
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.cause.cause).toEqual({ at: [1] });
    expect(error.stack).toContain("echo.fail on site 1, called from site 0");
    expect(error.stack).toContain("remote-errors.test.ts");
  });

  it("keep the errors of an AggregateError, DOMExceptions, and what is thrown without being an error", async () => {
    const { net, echo } = echoing();
    const aggregate = await net.failure(echo.fail(new AggregateError([new TypeError("a"), 3], "both")));
    expect(aggregate).toBeInstanceOf(AggregateError);
    expect(aggregate.errors[0]).toBeInstanceOf(TypeError);
    expect(aggregate.errors[1]).toBe(3);
    expect(await net.failure(echo.fail(new DOMException("m", "AbortError")))).toMatchObject({ name: "AbortError" });
    expect(await net.failure(echo.fail({ status: 404 }))).toEqual({ status: 404 });
    expect(await net.failure(echo.fail(undefined))).toBe(undefined);
  });
});
