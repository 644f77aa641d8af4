import { type AnyStub, type ByReference, byReference, type Site, type Stub } from "isles";

/** Programs of test/rpc-storm.test.ts: many callbacks at once, and references that pass through several sites' hands. */

export interface Peer {
  /** Calls `callback` with 0 … times-1, all at once; the sum of what it returns. */
  storm(times: number, callback: Stub<(n: number) => number>): Promise<number>;
  /** Calls back one at a time, blocking. */
  ask(times: number, callback: Stub<(n: number) => number>): number;
  /** Keeps a callback under a name. */
  keep(name: string, callback: Stub<(n: number) => number>): void;
  /** Gives what is kept to another site, and lets go of it here, before that site has called it. */
  passOn(name: string, to: number): Promise<void>;
  /** Gives it to another site within a call that returns it, and releases it first. */
  give(name: string): Stub<(n: number) => number>;
  callKept(name: string, n: number): Promise<number>;
  drop(name: string): void;
  account(owner: string): ByReference<Account>;
  /** Adds to an account of any site, through a reference. */
  deposit(account: Stub<Account>, by: number): Promise<number>;
  depositBlocking(account: Stub<Account>, by: number): number;
  /** The account itself, if it is this site's own. */
  isOwn(account: AnyStub<Account>): boolean;
  /** A callback around a callback: each layer adds 1. */
  wrap(callback: Stub<(n: number) => number>): (n: number) => Promise<number>;
}

export interface Account {
  add(by: number): number;
  total(): number;
  owner(): string;
}

const kept = new Map<string, Stub<(n: number) => number>>();
const accounts = new Set<object>();

export function serve(site: Site): number {
  const peer: Peer = {
    async storm(times, callback) {
      const results = await Promise.all(Array.from({ length: times }, (_, n) => callback(n)));
      return results.reduce((a, b) => a + b, 0);
    },
    ask(times, callback) {
      const ask = site.rpc.blocking(callback);
      let sum = 0;
      for (let n = 0; n < times; n++) sum += ask(n);
      return sum;
    },
    keep: (name, callback) => void kept.set(name, callback),
    async passOn(name, to) {
      const callback = kept.get(name)!;
      const given = site.rpc.stub<Peer>(to, "peer").keep(name, callback);
      kept.delete(name);
      callback[Symbol.dispose]();
      await given;
    },
    give(name) {
      const callback = kept.get(name)!;
      kept.delete(name);
      // Released as soon as the result has left.
      queueMicrotask(() => setImmediate(() => callback[Symbol.dispose]()));
      return callback;
    },
    callKept: async (name, n) => kept.get(name)!(n),
    drop(name) {
      kept.get(name)?.[Symbol.dispose]();
      kept.delete(name);
    },
    account(owner) {
      let total = 0;
      const account = byReference({ add: (by: number) => (total += by), total: () => total, owner: () => owner });
      accounts.add(account);
      return account;
    },
    deposit: async (account, by) => account.add(by),
    depositBlocking: (account, by) => site.rpc.blocking(account).add(by),
    isOwn: (account) => accounts.has(account),
    wrap: (callback) => async (n) => (await callback(n)) + 1,
  };
  site.rpc.expose("peer", peer);
  return site.id;
}

/** Every site has every other one, and the launcher, call back; all at once. Sums, one for each of them. */
export async function storms(site: Site, { times, rounds }: { times: number; rounds: number }): Promise<number[]> {
  const others = [...Array.from({ length: site.count }, (_, id) => id), "launcher" as const];
  await site.async.barrier();
  const sums = others.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    const results = await Promise.all(
      others.map((other) => site.rpc.stub<Peer>(other, "peer").storm(times, (n) => n + site.id)),
    );
    results.forEach((sum, i) => {
      sums[i]! += sum;
    });
  }
  await site.async.barrier();
  return sums;
}

/** The same with blocking calls and callbacks: everybody blocks, everybody is called. */
export function blockingStorms(site: Site, times: number): number {
  let sum = 0;
  site.barrier();
  for (let other = 0; other < site.count; other++) {
    if (other !== site.id) sum += site.rpc.blocking<Peer>(other, "peer").ask(times, (n) => n + site.id);
  }
  site.barrier();
  return sum;
}

/**
 * Three parties, `rounds` times: this site gives a callback to the next, which gives it to the one after and lets go of it;
 * that one calls it. Returns what went wrong.
 */
export async function threeParties(site: Site, rounds: number): Promise<string[]> {
  const b = site.rpc.stub<Peer>((site.id + 1) % site.count, "peer");
  const c = site.rpc.stub<Peer>((site.id + 2) % site.count, "peer");
  const wrong: string[] = [];
  const check = (what: string, seen: unknown, expected: unknown): void => {
    if (seen !== expected) wrong.push(`${what}: ${String(seen)}, not ${String(expected)}`);
  };
  await site.async.barrier();
  for (let round = 0; round < rounds; round++) {
    const name = `${site.id} ${round}`;
    await b.keep(name, (n) => n + round);
    await b.passOn(name, (site.id + 2) % site.count);
    check("the third calls", await c.callKept(name, 1), 1 + round);
    await c.drop(name);
    // The other way: the third asks the second for it.
    await b.keep(name, (n) => n * round);
    const home = await b.give(name);
    check("a reference that came home", await home(3), 3 * round);
    // An object of B, used by C through A.
    const account = await b.account(name);
    check("a deposit", await c.deposit(account, 5), 5);
    check("a blocking deposit", await c.depositBlocking(account, 6), 11);
    check("the owner", await b.isOwn(account), true);
    check("not the owner", await c.isOwn(account), false);
    check("the total", await account.total(), 11);
    account[Symbol.dispose]();
    // Callbacks around callbacks, from site to site.
    let callback: (n: number) => Promise<number> = async (n) => n;
    for (let layer = 0; layer < 5; layer++) callback = await (layer % 2 === 0 ? b : c).wrap(callback);
    check("five layers", await callback(10), 15);
  }
  await site.async.barrier();
  return wrong;
}
