import { ClosedError, SiteDownError } from "@isles/base";
import * as Comlink from "comlink";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChannelHost, Channels, type RpcEndpoint } from "../src/channel.ts";
import { channelLimits } from "../src/channel-backlog.ts";

type Service = Map<string, (...args: unknown[]) => unknown>;

interface FakeSite {
  readonly channels: Channels;
  readonly services: Map<string, Service>;
  readonly reported: unknown[];
  alive: number;
}

/** Sites of one thread: clones at once, delivers later, like the transport. */
function sites(count: number): FakeSite[] {
  const all: FakeSite[] = [];
  for (let self = 0; self < count; self++) {
    const host: ChannelHost = {
      self,
      post: (to, name, data, transfer) => {
        const copy = structuredClone({ data }, { transfer: [...transfer] as never[] });
        setImmediate(() => all[to]!.channels.receive(self, name, copy.data));
      },
      defer: (task) => void setImmediate(task),
      keepAlive: (change) => {
        site.alive += change;
      },
      service: (name) => site.services.get(name),
      report: (error) => void site.reported.push(error),
    };
    const site: FakeSite = { channels: new Channels(host), services: new Map(), reported: [], alive: 0 };
    all.push(site);
  }
  return all;
}

function two(): readonly [FakeSite, FakeSite] {
  const [a, b] = sites(2);
  return [a!, b!];
}

// biome-ignore lint/suspicious/noExplicitAny: remote ends are asked for what their types do not know
type Loose = any;
const wrap = (endpoint: RpcEndpoint): Loose => Comlink.wrap(endpoint);

/** The fakes take one turn of the event loop for a post and one for a task; nothing here goes back and forth so often. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
const never = () => new Promise(() => {});

describe("an endpoint", () => {
  it("keeps the process alive while messages flow, until it is closed", async () => {
    const [a] = two();
    const endpoint = a.channels.endpoint(1, "x");
    expect(a.alive).toBe(0);
    endpoint.start();
    endpoint.start();
    expect(a.alive).toBe(1);
    endpoint.unref();
    expect(a.alive).toBe(0);
    endpoint.ref();
    endpoint.close();
    endpoint[Symbol.dispose]();
    endpoint.start();
    endpoint.ref();
    expect(a.alive).toBe(0);
    const listener = () => {};
    const other = a.channels.endpoint(1, "x");
    other.addEventListener("message", listener);
    other.onmessage = listener;
    expect([a.alive, other.onmessage]).toEqual([1, listener]);
    other.onmessage = null;
    expect(a.alive).toBe(1);
    other.removeEventListener("message", listener);
    expect(a.alive).toBe(0);
  });

  it("shares its channel: each gets every message of the peer, none hears itself", async () => {
    const [a, b] = two();
    const heard: string[] = [];
    const listen = (who: string, endpoint: RpcEndpoint) => {
      endpoint.onmessage = ({ data }) => heard.push(`${who}:${data}`);
      return endpoint;
    };
    listen("one", a.channels.endpoint(1, "x"));
    listen("two", a.channels.endpoint(1, "x"));
    listen("elsewhere", a.channels.endpoint(1, "y"));
    b.channels.endpoint(0, "x").postMessage("hello");
    await settled();
    expect(heard).toEqual(["one:hello", "two:hello"]);
    const self = listen("self", a.channels.endpoint(0, "x"));
    self.postMessage("kept");
    await settled();
    listen("late", a.channels.endpoint(0, "x"));
    self.postMessage("next");
    await settled();
    expect(heard.slice(2)).toEqual(["late:kept", "late:next"]);
  });

  it("reports what listeners throw, and goes on", async () => {
    const [a, b] = two();
    const heard: unknown[] = [];
    const endpoint = a.channels.endpoint(1, "x");
    endpoint.addEventListener("message", () => {
      throw new Error("sync");
    });
    endpoint.addEventListener("message", async () => {
      throw new Error("async");
    });
    endpoint.addEventListener("message", ({ data }) => heard.push(data));
    b.channels.endpoint(0, "x").postMessage(1);
    b.channels.endpoint(0, "x").postMessage(2);
    await settled();
    expect(heard).toEqual([1, 2]);
    expect(a.reported.map((error) => (error as Error).message).toSorted()).toEqual(["async", "async", "sync", "sync"]);
  });

  it("refuses a bad name or site, and to be opened after the end", () => {
    const [a] = two();
    expect(() => a.channels.endpoint(-1, "x")).toThrow(/must be a site's id/);
    expect(() => a.channels.endpoint(0.5, "x")).toThrow(/must be a site's id/);
    expect(() => a.channels.endpoint(1, 5 as unknown as string)).toThrow(/name must be/);
    expect(() => a.channels.endpoint(1, "x".repeat(channelLimits.nameLength + 1))).toThrow(/name must be/);
    a.channels.close();
    expect(() => a.channels.endpoint(1, "x")).toThrow(ClosedError);
  });
});

describe("messages for channels nobody has opened", () => {
  it("are kept up to the limits; calls beyond them are refused", async () => {
    const [a, b] = two();
    const api = wrap(a.channels.endpoint(1, "late"));
    const kept = Array.from({ length: channelLimits.keptMessagesPerChannel }, () => api.f() as Promise<number>);
    await expect(api.f()).rejects.toMatchObject({ name: "LimitError", code: "LIMIT" });
    expect(b.channels.dropped).toBe(1);
    Comlink.expose({ f: () => 1 }, b.channels.endpoint(0, "late"));
    expect((await Promise.all(kept)).length).toBe(kept.length);
  });

  it("are limited in names of one peer", () => {
    const [a] = two();
    for (let n = 0; n <= channelLimits.keptChannelsPerPeer; n++) a.channels.receive(1, `n${n}`, n);
    expect(a.channels.dropped).toBe(1);
  });

  it("reach a native service that is exposed later", async () => {
    const [a, b] = two();
    const early = wrap(a.channels.endpoint(1, "later")).f(2);
    await settled();
    b.services.set("later", new Map([["f", (n) => Number(n) + 1]]));
    b.channels.serviceExposed("later");
    expect(await early).toBe(3);
  });

  it("are kept as well while there are only callers of the peer, until somebody answers", async () => {
    const [a, b] = two();
    const [fromA, fromB] = [wrap(a.channels.endpoint(1, "y")), wrap(b.channels.endpoint(0, "y"))];
    const calls = [fromA.f(), fromB.f()];
    await settled();
    Comlink.expose({ f: () => "b" }, b.channels.endpoint(0, "y"));
    a.services.set("y", new Map([["f", () => "a"]]));
    a.channels.serviceExposed("y");
    expect(await Promise.all(calls)).toEqual(["b", "a"]);
  });
});

describe("releaseProxy", () => {
  it("leaves nothing open or alive on either side", async () => {
    const [a, b] = two();
    Comlink.expose({ f: () => 1 }, b.channels.endpoint(0, "api"));
    const api = wrap(a.channels.endpoint(1, "api"));
    await api.f();
    expect([a.alive, b.alive]).toEqual([1, 1]);
    api[Comlink.releaseProxy]();
    await settled();
    expect([a.alive, b.alive]).toEqual([0, 0]);
  });

  it("keeps the process alive no longer even if nobody answers it", async () => {
    const [a] = two();
    wrap(a.channels.endpoint(1, "nobody"))[Comlink.releaseProxy]();
    expect(a.alive).toBe(0);
  });

  it("ends the service only with its last caller", async () => {
    const [a, b] = two();
    let finalized = 0;
    Comlink.expose({ f: () => 1, [Comlink.finalizer]: () => finalized++ }, b.channels.endpoint(0, "api"));
    const [one, two_] = [wrap(a.channels.endpoint(1, "api")), wrap(a.channels.endpoint(1, "api"))];
    await one.f();
    one[Comlink.releaseProxy]();
    await settled();
    expect([await two_.f(), finalized, a.alive]).toEqual([1, 0, 1]);
    two_[Comlink.releaseProxy]();
    await settled();
    expect([finalized, a.alive, b.alive]).toEqual([1, 0, 0]);
  });
});

describe("pending calls", () => {
  it("reject with the very error when the peer is lost; later ones at once", async () => {
    const [a, b] = two();
    Comlink.expose({ never, f: () => 1 }, b.channels.endpoint(0, "api"));
    const api = wrap(a.channels.endpoint(1, "api"));
    const calls = [api.never(), api.never()];
    expect(await api.f()).toBe(1);
    const down = new SiteDownError(1, "site 1 is gone");
    a.channels.peerLost(1, down);
    a.channels.peerLost(1, down);
    for (const call of calls) await expect(call).rejects.toBe(down);
    await expect(api.f()).rejects.toBe(down);
    await expect(wrap(a.channels.endpoint(1, "other")).f()).rejects.toBe(down);
    api[Comlink.releaseProxy]();
    await settled();
    expect([a.alive, a.reported]).toEqual([0, []]);
  });

  it("reject when the endpoint or the cluster is closed", async () => {
    const [a, b] = two();
    Comlink.expose({ never }, b.channels.endpoint(0, "api"));
    const endpoint = a.channels.endpoint(1, "api");
    const one = wrap(endpoint).never();
    endpoint.close();
    await expect(one).rejects.toBeInstanceOf(ClosedError);
    const other = wrap(a.channels.endpoint(1, "api"));
    const call = other.never();
    a.channels.close();
    a.channels.close();
    await expect(call).rejects.toBeInstanceOf(ClosedError);
    await expect(other.never()).rejects.toBeInstanceOf(ClosedError);
    expect(a.alive).toBe(0);
  });

  it("concern nobody who does not speak Comlink, and what came before the loss is delivered", async () => {
    const [a, b] = two();
    const [started, waiting] = [a.channels.endpoint(1, "x"), a.channels.endpoint(1, "x")];
    const heard: unknown[] = [];
    started.onmessage = ({ data }) => heard.push(data);
    started.addEventListener("close", () => heard.push("close"));
    started.postMessage({ id: "1", type: "GET" });
    b.channels.endpoint(0, "x").postMessage("last words");
    await new Promise((resolve) => setImmediate(resolve));
    a.channels.peerLost(1, new SiteDownError(1, "gone"));
    await settled();
    expect(heard).toEqual(["last words", "close"]);
    started.postMessage({ id: "2", type: "GET" });
    waiting.onmessage = ({ data }) => heard.push(`waited for ${data}`);
    await settled();
    expect(heard.slice(2)).toEqual(["waited for last words"]);
    expect(a.alive).toBe(0);
  });
});

describe("a native service over Comlink", () => {
  const serve = () => {
    const [a, b] = two();
    let n = 0;
    const members: Service = new Map<string, (...args: unknown[]) => unknown>([
      ["increment", (by) => (n += Number(by))],
      ["apply", () => "a member of that name"],
      ["fail", () => Promise.reject(new RangeError("too far"))],
      ["raw", () => () => 1],
    ]);
    b.services.set("counter", members);
    return { a, b, endpoint: a.channels.endpoint(1, "counter"), api: wrap(a.channels.endpoint(1, "counter")) };
  };
  const request = async (endpoint: RpcEndpoint, message: object): Promise<Loose> => {
    const id = "1-2-3-4";
    return await new Promise((resolve) => {
      endpoint.addEventListener("message", ({ data }) => data.id === id && resolve(data));
      endpoint.postMessage({ id, ...message });
    });
  };

  it("calls what is listed", async () => {
    const { api, a, b } = serve();
    expect([await api.increment(1), await api.increment(2), await api.apply()]).toEqual([
      1,
      3,
      "a member of that name",
    ]);
    await expect(api.fail()).rejects.toMatchObject({ name: "RangeError", message: "too far" });
    await expect(api.raw()).rejects.toMatchObject({ message: "Unserializable return value" });
    const tunnel = await api[Comlink.createEndpoint]();
    const inner = wrap(tunnel);
    expect(await inner.increment(1)).toBe(4);
    await expect(inner.toString()).rejects.toThrow(/no method/);
    tunnel.close();
    expect([a.reported, b.reported]).toEqual([[], []]);
  });

  it.each([
    ["an unlisted name", { type: "APPLY", path: ["decrement"] }, /has no method "decrement"; it has increment/],
    ["Object.prototype", { type: "APPLY", path: ["toString"] }, /has no method "toString"/],
    ["__proto__", { type: "GET", path: ["__proto__"] }, /has no method "__proto__"/],
    ["the constructor", { type: "APPLY", path: ["constructor", "constructor"] }, /has no method "constructor"/],
    ["a member's constructor", { type: "APPLY", path: ["increment", "constructor"] }, /not followed to "constructor"/],
    ["a member's apply", { type: "APPLY", path: ["increment", "apply"] }, /only its listed methods/],
    ["reading apply", { type: "GET", path: ["increment", "apply"] }, /cannot be read/],
    ["reading a member", { type: "GET", path: ["increment"] }, /can only be called/],
    ["reading the service", { type: "GET", path: [] }, /has no method "then"/],
    ["calling the service", { type: "APPLY", path: [] }, /cannot be called this way/],
    ["writing a member", { type: "SET", path: ["increment"], value: { type: "RAW", value: 1 } }, /cannot be written/],
    ["writing the service", { type: "SET", path: [], value: { type: "RAW", value: 1 } }, /cannot be written/],
    ["writing into a member", { type: "SET", path: ["increment", "x"], value: { type: "RAW" } }, /not followed to "x"/],
    ["new service", { type: "CONSTRUCT", path: [] }, /cannot be constructed/],
    ["new member", { type: "CONSTRUCT", path: ["increment"] }, /cannot be constructed/],
    ["bad arguments", { type: "APPLY", path: ["increment"], argumentList: [null] }, /not in Comlink's form/],
    ["an unknown handler", { type: "APPLY", argumentList: [{ type: "HANDLER", name: "no" }] }, /not in Comlink's form/],
  ])("refuses %s", async (_what, message, reason) => {
    const { endpoint, api, a, b } = serve();
    const answer = await request(endpoint, message);
    expect(answer).toMatchObject({ type: "HANDLER", name: "throw", value: { isError: true } });
    expect(answer.value.value.message).toMatch(reason);
    expect(await api.increment(1)).toBe(1);
    expect([a.reported, b.reported]).toEqual([[], []]);
  });

  it("outlives its callers, and a call after it is taken back is refused", async () => {
    const { a, b, api } = serve();
    await api.increment(1);
    api[Comlink.releaseProxy]();
    const next = wrap(a.channels.endpoint(1, "counter"));
    expect(await next.increment(1)).toBe(2);
    b.services.clear();
    await expect(next.increment(1)).rejects.toThrow(/not exposed on this site any more/);
    expect(b.alive).toBe(0);
  });

  it("serves a peer whose service of the same name is called from here, and oneself", async () => {
    const [a, b] = two();
    for (const [id, site] of [a, b].entries()) site.services.set("id", new Map([["get", () => id]]));
    const [fromA, fromB] = [wrap(a.channels.endpoint(1, "id")), wrap(b.channels.endpoint(0, "id"))];
    expect(await Promise.all([fromA.get(), fromB.get(), wrap(a.channels.endpoint(0, "id")).get()])).toEqual([1, 0, 0]);
  });

  it("gives way to an endpoint of that name that answers", async () => {
    const { a, b } = serve();
    Comlink.expose({ increment: () => "explicit" }, b.channels.endpoint(0, "counter"));
    expect(await wrap(a.channels.endpoint(1, "counter")).increment(1)).toBe("explicit");
  });
});

describe("garbage", () => {
  const comlinkLike = fc.record(
    {
      id: fc.oneof(fc.constant("1-2-3-4"), fc.anything()),
      type: fc.oneof(fc.constantFrom("GET", "SET", "APPLY", "CONSTRUCT", "ENDPOINT", "RAW", "HANDLER"), fc.anything()),
      path: fc.oneof(fc.array(fc.constantFrom("f", "constructor", "x"), { maxLength: 2 }), fc.anything()),
      argumentList: fc.oneof(
        fc.array(fc.record({ type: fc.constantFrom("RAW", "HANDLER"), value: fc.anything() })),
        fc.anything(),
      ),
      value: fc.anything(),
      name: fc.oneof(fc.constantFrom("proxy", "throw"), fc.anything()),
    },
    { requiredKeys: [] },
  );

  it("from the wire never throws, and later calls work", async () => {
    const [a, b] = two();
    b.services.set("native", new Map([["f", () => 1]]));
    // Comlink writes wherever a path leads, so what must still work afterwards is frozen.
    const exposed = Object.freeze({ f: Object.freeze(() => 2) });
    Comlink.expose(exposed, b.channels.endpoint(0, "open"));
    const [native, open] = [wrap(a.channels.endpoint(1, "native")), wrap(a.channels.endpoint(1, "open"))];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom<unknown>("native", "open", "unopened"), fc.anything()),
        fc.oneof(comlinkLike, fc.anything()),
        fc.constantFrom(0, 1),
        async (name, data, from) => {
          b.channels.receive(from, name, data);
          expect(await native.f()).toBe(1);
        },
      ),
      { numRuns: 300 },
    );
    expect(await open.f()).toBe(2);
    for (const site of [a, b]) site.channels.close();
  });
});
