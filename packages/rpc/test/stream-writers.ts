import { type Any, FakeNet } from "./fake-net.ts";

export interface Writer {
  produced: number;
  closed: number;
  caught: unknown[];
}

/** One stream of each kind; `writer` says how far it is. */
export function streams(seed = 1): { net: FakeNet; stub: Any; writer: Writer } {
  const net = new FakeNet({ seed });
  const writer: Writer = { produced: 0, closed: 0, caught: [] };
  const next = (): number => writer.produced++;
  net.rpc(1).expose("s", {
    asyncGenerator: async function* (end = Infinity) {
      try {
        while (writer.produced < end) yield next();
      } finally {
        writer.closed++;
      }
    },
    generator: function* (end = Infinity) {
      try {
        while (writer.produced < end) yield next();
      } finally {
        writer.closed++;
      }
    },
    iterable: (end = Infinity) => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => (writer.produced < end ? { done: false, value: next() } : { done: true, value: undefined }),
      }),
    }),
    returning: () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: next() }),
        return: async () => ({ done: true, value: ++writer.closed }),
      }),
    }),
    failing: async function* () {
      yield next();
      throw new RangeError("broken");
    },
    catching: async function* () {
      for (;;) {
        try {
          yield next();
        } catch (error) {
          writer.caught.push(error);
          yield "caught";
        }
      }
    },
    unclonable: async function* () {
      try {
        yield 1;
        yield { f: () => 1 };
      } finally {
        writer.closed++;
      }
    },
    stubborn: async function* () {
      try {
        for (;;) yield 1;
      } finally {
        yield 2;
        writer.closed++;
      }
    },
    stuck: async function* () {
      try {
        yield 1;
        await new Promise(() => undefined);
      } finally {
        writer.closed++;
      }
    },
    read: async (stream: Any, upTo: number) => {
      const got: unknown[] = [];
      for await (const value of stream) if (got.push(value) === upTo) break;
      return got;
    },
    give: (stream: Any) => stream,
  });
  return { net, stub: net.stub(0, 1, "s"), writer };
}

export async function all(stream: AsyncIterable<unknown>, upTo = Infinity): Promise<unknown[]> {
  const got: unknown[] = [];
  for await (const value of stream) if (got.push(value) === upTo) break;
  return got;
}

export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
