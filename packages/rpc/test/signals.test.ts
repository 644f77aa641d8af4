import { describe, expect, it } from "vitest";
import { type Any, FakeNet } from "./fake-net.ts";
import { collectGarbage } from "./process-watch.ts";

function signals(seed = 1): { net: FakeNet; stub: Any; got: AbortSignal[]; heard: string[] } {
  const net = new FakeNet({ seed });
  const got: AbortSignal[] = [];
  const heard: string[] = [];
  for (const site of [1, 2])
    net.rpc(site).expose("s", {
      keep: (...given: AbortSignal[]) => void got.push(...given),
      relay: (to: number, given: AbortSignal) => net.stub(site, to, "s").keep(given),
      last: () => got.at(-1),
      listen: (given: AbortSignal) => given.addEventListener("abort", () => heard.push("listener")),
      attribute: (given: AbortSignal) => {
        given.onabort = () => heard.push("attribute");
      },
    });
  return { net, stub: net.stub(0, 1, "s"), got, heard };
}

describe("signals", () => {
  it("abort where they were sent, with their reason, and leave nothing", async () => {
    const { net, stub, got } = signals();
    const abort = new AbortController();
    await net.run(stub.keep(abort.signal, { deep: [abort.signal] }));
    expect(got[0]!.aborted).toBe(false);
    expect((got[1] as Any).deep[0]).toBe(got[0]);
    abort.abort(new RangeError("enough"));
    await net.settle();
    expect(got[0]!.reason).toBeInstanceOf(RangeError);
    net.expectClean();
  });

  it("that were aborted before arrive so", async () => {
    const { net, stub, got } = signals();
    await net.run(stub.keep(AbortSignal.abort(new RangeError("before"))));
    expect(got[0]!.reason).toBeInstanceOf(RangeError);
    net.expectClean();
  });

  it("aborted in the tick in which they are sent abort all the same", async () => {
    const { net, stub, got } = signals();
    const abort = new AbortController();
    const call = stub.keep(abort.signal);
    abort.abort(new Error("at once"));
    await net.run(call);
    await net.settle();
    expect(got[0]!.aborted).toBe(true);
    net.expectClean();
  });

  it("sent twice are one signal there, and one that comes home follows the original", async () => {
    const { net, stub, got } = signals();
    const abort = new AbortController();
    await net.run(stub.keep(abort.signal), stub.keep(abort.signal));
    expect(got[1]).toBe(got[0]);
    const [home] = await net.run(stub.last());
    abort.abort();
    await net.settle();
    expect(home.aborted).toBe(true);
    net.expectClean();
  });

  it("passed on to a third endpoint abort there too", async () => {
    const { net, stub, got } = signals();
    const abort = new AbortController();
    await net.run(stub.relay(2, abort.signal));
    abort.abort(new RangeError("far"));
    await net.settle();
    expect(got[0]!.reason).toBeInstanceOf(RangeError);
    net.expectClean();
  });

  it("of a site that is lost abort, and are forgotten by those who aborted them for it", async () => {
    const { net, stub, got } = signals();
    await net.run(stub.keep(new AbortController().signal));
    net.lose(0);
    expect((got[0]!.reason as Error).message).toContain("site 0 exited");
    net.expectClean();
  });

  it("that are only listened to are not collected, and those that nobody has are", async () => {
    const { net, stub, heard } = signals();
    const [listened, attributed] = [new AbortController(), new AbortController()];
    net.rpc(1).expose("forget", {
      it: () => undefined,
      listen: (given: AbortSignal) => {
        const listener = (): void => undefined;
        given.addEventListener("abort", listener);
        given.removeEventListener("abort", listener);
      },
    });
    await net.run(stub.listen(listened.signal), stub.attribute(attributed.signal));
    await net.run(net.stub(0, 1, "forget").it(new AbortController().signal));
    await net.run(net.stub(0, 1, "forget").listen(new AbortController().signal));
    await collectGarbage(net);
    expect(net.node(0).exports.size).toBe(2);
    listened.abort();
    attributed.abort();
    await net.settle();
    expect(heard).toEqual(["listener", "attribute"]);
    net.expectClean();
  });
});
