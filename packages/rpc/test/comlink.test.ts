import * as Comlink from "comlink";
import { afterEach, describe, expect, it } from "vitest";
import { type ChannelHost, Channels } from "../src/channel.ts";

type Listener = ((event: MessageEvent) => unknown) | { handleEvent(event: MessageEvent): unknown };

/** What a port of the web's and one of ours have in common. */
interface WebPort {
  onmessage: ((event: MessageEvent) => unknown) | null;
  postMessage(message: unknown, transfer?: unknown): void;
  addEventListener(type: string, listener: Listener, options?: { once?: boolean; signal?: AbortSignal }): void;
  removeEventListener(type: string, listener: Listener): void;
  close(): void;
}

interface Pair {
  readonly near: Comlink.Endpoint & { close(): void };
  readonly far: Comlink.Endpoint & { close(): void };
  readonly reported: unknown[];
}

/** Sites of one thread: clones at once, delivers later, like the transport. */
function sites(count: number, reported: unknown[]): Channels[] {
  const all: Channels[] = [];
  for (let self = 0; self < count; self++) {
    const host: ChannelHost = {
      self,
      post: (to, name, data, transfer) => {
        const copy = structuredClone({ data }, { transfer: [...transfer] as never[] });
        setImmediate(() => all[to]!.receive(self, name, copy.data));
      },
      defer: (task) => void setImmediate(task),
      keepAlive: () => {},
      service: () => undefined,
      report: (error) => void reported.push(error),
    };
    all.push(new Channels(host));
  }
  return all;
}

/** One list of assertions over the platform's port and over ours: that is what "as over a MessagePort" means. */
const transports: readonly (readonly [string, () => Pair])[] = [
  [
    "a MessageChannel",
    () => {
      const { port1, port2 } = new MessageChannel();
      return { near: port1, far: port2, reported: [] } as unknown as Pair;
    },
  ],
  [
    "endpoints of two sites",
    () => {
      const reported: unknown[] = [];
      const [a, b] = sites(2, reported);
      return { near: a!.endpoint(1, "api"), far: b!.endpoint(0, "api"), reported };
    },
  ],
  [
    "two endpoints of one site to itself",
    () => {
      const reported: unknown[] = [];
      const [a] = sites(1, reported);
      return { near: a!.endpoint(0, "api"), far: a!.endpoint(0, "api"), reported };
    },
  ],
];

/** Turns of the event loop: more than any of the transports needs to deliver what it may deliver. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

class Tally {
  static readonly limit = 99;
  static twice(n: number): number {
    return 2 * n;
  }
  total: number;
  constructor(total = 1) {
    this.total = total;
  }
  get half(): number {
    return this.total / 2;
  }
  set half(value: number) {
    this.total = 2 * value;
  }
  add(n = 1): number {
    this.total += n;
    return this.total;
  }
  later(): Promise<string> {
    return new Promise((resolve) => setTimeout(resolve, 2, "later"));
  }
  fail(): never {
    throw new RangeError("too far");
  }
  child(): { n: number; up(): void } & Comlink.ProxyMarked {
    return Comlink.proxy({
      n: 0,
      up() {
        this.n++;
      },
    });
  }
}

// Comlink's types describe neither assignments nor endpoints that are no MessagePorts.
// biome-ignore lint/suspicious/noExplicitAny: the suite asks for what the types do not know
type Loose = any;

describe.each(transports)("Comlink over %s", (_name, open) => {
  const opened: Pair[] = [];
  const pair = (): Pair => {
    const made = open();
    opened.push(made);
    return made;
  };
  const serve = (service: unknown): Loose => {
    const { near, far } = pair();
    Comlink.expose(service, far);
    return Comlink.wrap(near);
  };
  afterEach(() => {
    for (const { near, far, reported } of opened.splice(0)) {
      near.close();
      far.close();
      expect(reported).toEqual([]);
    }
  });

  describe("what is exposed", () => {
    it("reads values, undefined ones and nested ones", async () => {
      const api = serve({ n: 4, nothing: undefined, deep: { er: { n: 5 } } });
      expect(await api.n).toBe(4);
      expect(await api.nothing).toBeUndefined();
      expect(await api.deep.er.n).toBe(5);
    });

    it("calls functions, with and without a promise", async () => {
      const api = serve({ add: (a: number, b: number) => a + b, slow: async (a: number) => a * 2 });
      expect(await api.add(1, 3)).toBe(4);
      expect(await api.slow(4)).toBe(8);
      expect(await api.add.bind(undefined)(2, 2)).toBe(4);
      expect(await serve((a: number) => -a)(3)).toBe(-3);
      expect(await serve({ f: (a: unknown) => a === undefined })?.f(undefined)).toBe(true);
    });

    it("may be wrapped before it is exposed, and destructured", async () => {
      const { near, far } = pair();
      const { n, f } = Comlink.wrap(near) as Loose;
      const early = f();
      Comlink.expose({ n: 1, f: () => 2 }, far);
      expect([await n, await early]).toEqual([1, 2]);
    });

    it("writes values, and marked ones as proxies", async () => {
      const target = { n: 1, callback: (_: string) => {} };
      const api = serve(target);
      api.n = 7;
      expect(await api.n).toBe(7);
      const told = new Promise((resolve) => {
        api.callback = Comlink.proxy(resolve);
      });
      await api.n;
      target.callback("hello");
      expect(await told).toBe("hello");
    });

    it("constructs classes and keeps their instances there", async () => {
      const Remote = serve(Tally);
      expect(await Remote.limit).toBe(99);
      expect(await Remote.twice(4)).toBe(8);
      const tally = await new Remote(5);
      expect(await tally.add()).toBe(6);
      expect(await tally.add(4)).toBe(10);
      expect(await tally.half).toBe(5);
      tally.half = 4;
      expect(await tally.total).toBe(8);
      expect(await tally.later()).toBe("later");
      await expect(tally.fail()).rejects.toMatchObject({ name: "RangeError", message: "too far" });
      const nested = await new (serve({ Tally }).Tally)(1);
      expect(await nested.total).toBe(1);
    });
  });

  describe("errors", () => {
    it("keep name, message and stack", async () => {
      let stack: string | undefined;
      const api = serve(() => {
        const error = new TypeError("no");
        stack = error.stack;
        throw error;
      });
      const error = await api().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name: "TypeError", message: "no", stack });
    });

    it.each([["oops"], [null], [{ test: true }], [undefined], [0]])("may be any value: %o", async (value) => {
      const { sync, rejected } = serve({
        sync: () => {
          throw value;
        },
        rejected: () => Promise.reject(value),
      });
      const nothing = Symbol("nothing thrown");
      for (const call of [sync, rejected]) {
        expect(
          await call().then(
            () => nothing,
            (reason: unknown) => reason,
          ),
        ).toEqual(value);
      }
    });

    it("tell of values that cannot be cloned, both ways, and the next call works", async () => {
      const api = serve({ value: () => "boom", f: () => () => 1, ok: () => 1 });
      // A remote value is a function to vitest, which would call it.
      await expect(Promise.resolve(api.value)).rejects.toMatchObject({ message: "Unserializable return value" });
      await expect(api.f()).rejects.toMatchObject({ message: "Unserializable return value" });
      await expect(api.ok(() => 1)).rejects.toMatchObject({ name: "DataCloneError" });
      expect(await api.ok()).toBe(1);
    });
  });

  describe("values", () => {
    it("transfers buffers, deep ones as well, and copies typed arrays", async () => {
      const api = serve({
        length: (buffer: ArrayBuffer) => buffer.byteLength,
        deep: (value: { a: { b: ArrayBuffer } }) => value.a.b.byteLength,
        echo: (value: unknown) => value,
        make: () => {
          const buffer = new ArrayBuffer(5);
          return Comlink.transfer(buffer, [buffer]);
        },
      });
      const buffer = new ArrayBuffer(3);
      expect(await api.length(Comlink.transfer(buffer, [buffer]))).toBe(3);
      expect(buffer.byteLength).toBe(0);
      const b = new ArrayBuffer(4);
      expect(await api.deep(Comlink.transfer({ a: { b } }, [b]))).toBe(4);
      expect(b.byteLength).toBe(0);
      expect((await api.make()).byteLength).toBe(5);
      const array = Uint8Array.of(1, 2, 3);
      const { nested } = await api.echo({ nested: array });
      expect(nested).not.toBe(array);
      expect(nested).toEqual(array);
    });

    it("transfers message ports", async () => {
      const api = serve((port: WebPort) => port.postMessage("ohai"));
      const { port1, port2 } = new MessageChannel() as unknown as { port1: WebPort; port2: WebPort };
      const heard = new Promise((resolve) => {
        port1.onmessage = (event) => resolve(event.data);
      });
      await api(Comlink.transfer(port2 as never, [port2 as never]));
      expect(await heard).toBe("ohai");
      port1.close();
    });

    it("clones what structured clone knows", async () => {
      const api = serve((value: unknown) => value);
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      for (const value of [new Map([[1, new Set(["a"])]]), new Date(5), 12n, /x/g, [1, null, 3], cycle]) {
        expect(await api(value)).toEqual(value);
      }
    });

    it("uses custom transfer handlers", async () => {
      class Point {
        readonly x: number;
        constructor(x: number) {
          this.x = x;
        }
      }
      const handler: Comlink.TransferHandler<Point, number> = {
        canHandle: (value): value is Point => value instanceof Point,
        serialize: ({ x }) => [x, []],
        deserialize: (x) => new Point(x),
      };
      Comlink.transferHandlers.set("point", handler);
      try {
        const api = serve({
          move: (point: Point, by: number) => (point instanceof Point ? new Point(point.x + by) : 0),
        });
        expect(await api.move(new Point(1), 2)).toEqual(new Point(3));
      } finally {
        Comlink.transferHandlers.delete("point");
      }
    });
  });

  describe("proxies", () => {
    it("calls back, several callbacks at once", async () => {
      const api = serve(async (f: Loose, g: Loose) => (await f(1)) + (await g(2)));
      const result = await api(
        Comlink.proxy((n: number) => n + 10),
        Comlink.proxy(async (n: number) => n + 100),
      );
      expect(result).toBe(113);
    });

    it("returns proxies, from instances and nested in an exposed object", async () => {
      const tally = await new (serve(Tally))();
      const child = await tally.child();
      await child.up();
      expect(await child.n).toBe(1);
      const api = serve({ plain: { v: 4 }, marked: Comlink.proxy({ v: 5 }) });
      const plain = await api.plain;
      const marked = await api.marked;
      expect([plain.v, await marked.v]).toEqual([4, 5]);
      plain.v = 8;
      marked.v = 9;
      expect(await marked.v).toBe(9);
      expect([await api.plain.v, await api.marked.v]).toEqual([4, 9]);
    });

    it("mutates a marked argument where it lives", async () => {
      const local = { n: 0 };
      await serve(async (remote: Loose) => {
        remote.n = 3;
        await remote.n;
      })(Comlink.proxy(local));
      expect(local.n).toBe(3);
    });

    it("tunnels a new endpoint with createEndpoint", async () => {
      const api = serve({ n: 4, f: () => 5 });
      const port = await api[Comlink.createEndpoint]();
      const other = Comlink.wrap(port) as Loose;
      expect([await other.n, await other.f(), await api.n]).toEqual([4, 5, 4]);
      port.close();
    });

    it("wraps one endpoint twice, and exposes on both ends at once", async () => {
      const { near, far } = pair();
      Comlink.expose({ side: () => "far" }, far);
      Comlink.expose({ side: () => "near" }, near);
      const [one, two, back] = [Comlink.wrap(near), Comlink.wrap(near), Comlink.wrap(far)] as Loose[];
      expect(await Promise.all([one.side(), two.side(), back.side()])).toEqual(["far", "far", "near"]);
    });

    it("takes a target for the proxy", async () => {
      const { near, far } = pair();
      Comlink.expose({ value: 4 }, far);
      expect(await (Comlink.wrap(near, { value: {} }) as Loose).value).toBe(4);
    });
  });

  describe("release", () => {
    it("runs the finalizer once, closes both ends, and the proxy is dead", async () => {
      const { near, far } = pair();
      let finalized = 0;
      const closed: string[] = [];
      near.addEventListener("close", (() => closed.push("near")) as Loose);
      far.addEventListener("close", (() => closed.push("far")) as Loose);
      Comlink.expose({ f: () => 1, [Comlink.finalizer]: () => finalized++ }, far);
      const api = Comlink.wrap(near) as Loose;
      expect(await api.f()).toBe(1);
      api[Comlink.releaseProxy]();
      expect(() => api.f()).toThrow(/released/);
      await expect.poll(() => closed.toSorted()).toEqual(["far", "near"]);
      expect(finalized).toBe(1);
    });
  });

  it("refuses other origins as a port does", async () => {
    const { near, far } = pair();
    const seen: string[] = [];
    const warn = console.warn;
    console.warn = (text: string) => seen.push(text);
    try {
      Comlink.expose({ n: 1 }, far, ["https://example.com"]);
      void (Comlink.wrap(near) as Loose).n.then(
        () => seen.push("answered"),
        () => {},
      );
      await expect.poll(() => seen).toEqual(["Invalid origin '' for comlink proxy"]);
    } finally {
      console.warn = warn;
    }
  });

  it("bears a storm of 10,000 calls", async () => {
    const api = serve({ next: (n: number) => n + 1 });
    const results = await Promise.all(Array.from({ length: 10_000 }, (_, n) => api.next(n) as Promise<number>));
    expect(results.every((result, n) => result === n + 1)).toBe(true);
  });

  it("is a port without Comlink as well", async () => {
    const { near, far } = pair() as unknown as { near: WebPort; far: WebPort };
    const got: unknown[] = [];
    const listener = { handleEvent: (event: MessageEvent) => void got.push(event.data) };
    near.postMessage("early");
    await turns();
    far.addEventListener("message", listener);
    far.addEventListener("message", listener);
    await expect.poll(() => got).toEqual(["early"]);
    far.removeEventListener("message", listener);
    near.postMessage("kept");
    await turns();
    expect(got).toEqual(["early"]);
    far.addEventListener("message", (event) => got.push(`once ${event.data}`), { once: true });
    await expect.poll(() => got).toEqual(["early", "once kept"]);
    const abort = new AbortController();
    far.addEventListener("message", (event) => got.push(`signal ${event.data}`), { signal: abort.signal });
    const seen = new Promise<MessageEvent>((resolve) => {
      far.onmessage = resolve;
    });
    const buffer = new ArrayBuffer(2);
    near.postMessage(undefined, { transfer: [buffer] });
    const event = await seen;
    abort.abort();
    // Node's MessageEvent makes null of undefined, for a port as well.
    expect([event.type, event.data, event.ports, event.origin]).toEqual(["message", null, [], ""]);
    expect(event.target === (far as unknown)).toBe(true);
    expect(event).toBeInstanceOf(MessageEvent);
    expect(buffer.byteLength).toBe(0);
    const last = new Promise((resolve) => {
      far.onmessage = ({ data }) => resolve(data);
    });
    near.postMessage("last");
    expect(await last).toBe("last");
    expect(got).toEqual(["early", "once kept", "signal null"]);
    expect(() => near.postMessage(() => {})).toThrow(expect.objectContaining({ name: "DataCloneError" }));
    near.close();
    near.close();
    near.postMessage("dropped");
  });
});
