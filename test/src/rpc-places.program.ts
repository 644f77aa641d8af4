import * as Comlink from "comlink";
import { any, type Exposed, type Site, transfer, withOptions } from "isles";

/** Programs of test/rpc-places.test.ts: who serves what, and Comlink between sites. */

export interface Place {
  where(): number;
  times(n: number): number;
  failOnOdd(): number;
  slow(): Promise<number>;
  exit(): never;
}

const exposed = new Map<string, Exposed>();

export function expose(site: Site, name: string): number {
  const place: Place = {
    where: () => site.id,
    times: (n) => n * site.id,
    failOnOdd() {
      if (site.id % 2 === 1) throw new RangeError(`odd ${site.id}`);
      return site.id;
    },
    slow: () => new Promise((resolve) => setTimeout(resolve, site.id * 20, site.id)),
    exit: () => process.exit(1),
  };
  exposed.set(name, site.rpc.expose(name, place));
  return site.id;
}

export function withdraw(_site: Site, name: string): void {
  exposed.get(name)!.withdraw();
}

/** Calls whoever has it. */
export function callAny(site: Site, { name, times }: { name: string; times: number }): number[] {
  return Array.from({ length: times }, () => site.rpc.blocking<Place>(any, name).where());
}

/** One stub, called before anybody exposes the name: waits for one who does. */
export function callAnyLater(site: Site, name: string): number {
  return site.rpc.blocking<Place>(any, name).where();
}

export function callAnyInVain(site: Site, name: string): string {
  try {
    return String(withOptions(site.rpc.blocking<Place>(any, name), { timeoutMs: 50 }).where());
  } catch (error) {
    return (error as Error).name;
  }
}

export async function groupFrom(site: Site, name: string): Promise<unknown[]> {
  const all = site.rpc.group<Place>("all", name);
  const settled = await all.failOnOdd().settled();
  return [
    await all.times(10),
    await all.where().all(),
    await all.slow().any(),
    settled.map((one) => (one.status === "fulfilled" ? one.value : `${one.site} ${(one.reason as Error).name}`)),
  ];
}

// ---------------------------------------------------------------------------------------------------------- Comlink

export interface Api {
  add(a: number, b: number): number;
  site(): number;
  later(ms: number): Promise<string>;
  each(values: number[], callback: (value: number) => number): Promise<number>;
  counter(): { up(by: number): number; value: number };
  length(bytes: Uint8Array): number;
  bytes(length: number): Uint8Array;
  fail(): never;
  version: string;
}

const apiOf = (site: Site): Api => ({
  add: (a, b) => a + b,
  site: () => site.id,
  later: (ms) => new Promise((resolve) => setTimeout(resolve, ms, "later")),
  async each(values, callback) {
    let sum = 0;
    for (const value of values) sum += await callback(value);
    return sum;
  },
  counter() {
    let value = 0;
    return Comlink.proxy({
      up: (by: number) => (value += by),
      get value() {
        return value;
      },
    });
  },
  length: (bytes) => bytes.byteLength,
  bytes(length) {
    const bytes = new Uint8Array(length).fill(7);
    return Comlink.transfer(bytes, [bytes.buffer]);
  },
  fail() {
    throw new RangeError("too far");
  },
  version: "1.0",
});

export function exposeComlink(site: Site, name: string): void {
  for (let peer = 0; peer <= site.count; peer++) Comlink.expose(apiOf(site), site.rpc.endpoint(peer, name));
}

/** A native service under the name that Comlink's callers use. */
export function exposeNative(site: Site, name: string): void {
  const { add, site: where, fail, each, length } = apiOf(site);
  site.rpc.expose(name, {
    add,
    site: where,
    fail,
    each,
    length,
    bytes: (count: number) => transfer(new Uint8Array(count), []),
  });
}

/** A site that uses another one by Comlink. */
export async function useComlink(site: Site, { name, of }: { name: string; of: number }): Promise<unknown[]> {
  return useApi(Comlink.wrap<Api>(site.rpc.endpoint(of, name)));
}

export async function useApi(api: Comlink.Remote<Api>): Promise<unknown[]> {
  const seen: unknown[] = [await api.add(1, 2), await api.site(), await api.version, await api.later(5)];
  seen.push(
    await api.each(
      [1, 2, 3],
      Comlink.proxy((value: number) => value * 2),
    ),
  );
  const counter = (await api.counter()) as unknown as Comlink.Remote<{ up(by: number): number; value: number }>;
  await counter.up(2);
  seen.push(await counter.up(3), await counter.value);
  counter[Comlink.releaseProxy]();
  const bytes = new Uint8Array(1_000);
  seen.push(await api.length(Comlink.transfer(bytes, [bytes.buffer])), bytes.byteLength);
  const back = await api.bytes(50);
  seen.push(back.length, back[49]);
  const failing: Promise<unknown> = api.fail();
  const error = await failing.catch((thrown: unknown) => thrown as Error);
  seen.push(`${(error as Error).name}: ${(error as Error).message}`);
  const many = await Promise.all(Array.from({ length: 200 }, (_, n) => api.add(n, n)));
  seen.push(many.reduce((a, b) => a + b, 0));
  api[Comlink.releaseProxy]();
  return seen;
}

/** Blocks while others call it by Comlink, then returns to its event loop, from which Comlink answers. */
export function blockFor(site: Site, ms: number): void {
  site.memory.int32(`clock ${site.id}`, 1, { home: site.id }).wait(0, 0, ms);
}
