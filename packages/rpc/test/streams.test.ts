import { describe, expect, it } from "vitest";
import { type Any, FakeNet } from "./fake-net.ts";
import { all, streams, upTo } from "./stream-writers.ts";

const WINDOW = 16;

describe("streams", () => {
  it.each(["asyncGenerator", "generator", "iterable"])(
    "bring every value in order, and leave nothing: %s",
    async (kind) => {
      const { net, stub, writer } = streams(kind.length);
      const [stream] = await net.run(stub[kind](100));
      expect(await net.run(all(stream))).toEqual([upTo(100)]);
      expect(await net.run(stream.next())).toEqual([{ done: true, value: undefined }]);
      if (kind !== "iterable") expect(writer.closed).toBe(1);
      net.expectClean();
    },
  );

  it("can be read before they are there", async () => {
    const { net, stub } = streams();
    expect(await net.run(all(stub.asyncGenerator(20)))).toEqual([upTo(20)]);
    net.expectClean();
  });

  it.each(["asyncGenerator", "generator", "iterable"])(
    "never let the writer more than the window ahead: %s",
    async (kind) => {
      const { net, stub, writer } = streams();
      const [stream] = await net.run(stub[kind]());
      expect(writer.produced).toBe(0);
      for (let read = 1; read <= 40; read++) {
        await net.run(stream.next());
        await net.settle();
        expect(writer.produced).toBeLessThanOrEqual(read + WINDOW);
      }
      expect(writer.produced).toBeGreaterThan(50);
    },
  );

  it.each(["asyncGenerator", "generator", "returning"])(
    "run the writer's finally when their reader leaves early: %s",
    async (kind) => {
      const { net, stub, writer } = streams();
      const [stream] = await net.run(stub[kind]());
      expect(await net.run(all(stream, 3))).toEqual([upTo(3)]);
      expect(writer.closed).toBe(1);
      expect(await net.run(stream.next(), stream.return(7))).toEqual([
        { done: true, value: undefined },
        { done: true, value: 7 },
      ]);
      net.expectClean();
    },
  );

  it.each(["asyncGenerator", "generator", "iterable"])(
    "that nobody reads end by return and by dispose: %s",
    async (kind) => {
      const { net, stub } = streams();
      const [one, other] = await net.run(stub[kind](), stub[kind]());
      expect(await net.run(one.return(5), other[Symbol.asyncDispose]())).toEqual([{ done: true, value: 5 }, undefined]);
      net.expectClean();
    },
  );

  it("of one iterable that are sent twice are read each for itself, those of one generator share it", async () => {
    const net = new FakeNet();
    const iterable = {
      async *[Symbol.asyncIterator]() {
        yield* upTo(20);
      },
    };
    const generator = iterable[Symbol.asyncIterator]();
    net.rpc(1).expose("s", { iterable: () => iterable, generator: () => generator, pair: () => [iterable, iterable] });
    const [here, there] = [net.stub(0, 1, "s"), net.stub(2, 1, "s")];
    expect(await net.run(all(here.iterable()), all(there.iterable()))).toEqual([upTo(20), upTo(20)]);
    const [ours, theirs] = await net.run(here.generator(), there.generator());
    const [[one, other]] = await net.run(here.pair());
    expect(one).toBe(other);
    await net.run(one.return());
    const [first, second] = await net.run(ours.next(), theirs.next());
    expect(first.value).not.toBe(second.value);
    await net.run(ours.return());
    await net.settle();
    net.expectClean();
  });

  it("that are left stop the writer in the step it is in", async () => {
    const net = new FakeNet();
    let begun = 0;
    let open: () => void = () => undefined;
    const writer = async function* (): AsyncGenerator<number> {
      for (;;) {
        begun++;
        await new Promise<void>((resolve) => {
          open = resolve;
        });
        yield begun;
      }
    };
    net.rpc(1).expose("s", { writer });
    const [stream] = await net.run(net.stub(0, 1, "s").writer());
    const first = stream.next();
    await net.settle();
    open();
    expect(await net.run(first)).toEqual([{ done: false, value: 1 }]);
    const left = stream.return();
    await net.settle();
    open();
    expect(await net.run(left)).toEqual([{ done: true, value: undefined }]);
    expect(begun).toBe(2);
    net.expectClean();
  });

  it("go the other way as arguments, and through a third endpoint with bounded memory", async () => {
    const { net, stub, writer } = streams();
    let produced = 0;
    const mine = async function* (): AsyncGenerator<number> {
      try {
        for (;;) yield produced++;
      } finally {
        writer.closed++;
      }
    };
    expect(await net.run(stub.read(mine(), 5))).toEqual([upTo(5)]);
    expect(writer.closed).toBe(1);
    net.rpc(2).expose("relay", { read: (stream: Any, n: number) => net.stub(2, 1, "s").read(stream, n) });
    produced = 0;
    expect(await net.run(net.stub(0, 2, "relay").read(mine(), 30))).toEqual([upTo(30)]);
    expect(produced).toBeLessThanOrEqual(30 + 2 * WINDOW);
    expect(writer.closed).toBe(2);
    await net.settle();
    net.expectClean();
  });

  it("of streams and of callbacks carry references in every value", async () => {
    const { net, stub } = streams();
    const mine = async function* (): AsyncGenerator<unknown> {
      for (let i = 0; i < 3; i++)
        yield (async function* () {
          yield i;
        })();
    };
    const [back] = await net.run(stub.give(mine()));
    const got: unknown[] = [];
    await net.run(
      (async () => {
        for await (const inner of back) got.push(...(await all(inner as AsyncIterable<unknown>)));
      })(),
    );
    expect(got).toEqual([0, 1, 2]);
    await net.settle();
    net.expectClean();
  });

  it("are left alone by a call that was refused or never got there", async () => {
    const { net, stub } = streams();
    const mine = (function* () {
      yield 1;
      yield 2;
    })();
    mine.next();
    await net.failure(stub.read(mine, Symbol()));
    expect(mine.next()).toEqual({ done: false, value: 2 });
    net.expectClean();
  });
});
