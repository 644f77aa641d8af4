import { BroadcastChannel } from "node:worker_threads";
import * as Comlink from "comlink";
import { type AnyStub, type ByReference, byReference, type Site, type SiteRpc, type Stub, withOptions } from "isles";

/** Programs of test/rpc-failure.test.ts: everything that can be pending when a site goes, or the cluster closes. */

export interface Victim {
  ping(): number;
  /** Never answers. */
  hang(): Promise<never>;
  /** Never answers, and blocks its thread, which serves others. */
  block(): never;
  /** How many calls that never end have begun. */
  begun(): number;
  /** Never answers, and serves nobody. */
  spin(): never;
  exit(code: number): never;
  /** One value, and no second one. */
  endless(): AsyncGenerator<number>;
  /** Takes one value, and never ends. */
  take(values: AsyncIterable<number>): Promise<never>;
  /** Calls back and waits for the answer. */
  callBack(callback: AnyStub<() => Promise<void>>): Promise<void>;
  callBackBlocking(callback: AnyStub<() => Promise<void>>): void;
  give(): ByReference<Hanging>;
  fail(how: FailKind): never;
  /** Pings all others, which ping nobody. */
  pingAll(others: readonly number[]): number[];
  /** Calls the method of another site, blocking. */
  forward(to: number, method: "hang" | "block"): never;
  /** Has `other` wait for the end of this very call, by its context's signal and by a signal that is passed. */
  haveWatched(other: number, channel: string): Promise<never>;
  watch(signal: AbortSignal, channel: string): Promise<void>;
}

export interface Hanging {
  hang(): Promise<never>;
}

export type FailKind = "class" | "cause" | "string" | "registered" | "deep";

/** What became of one thing that was pending. */
export interface Ending {
  /** `of site: what`. */
  readonly what: string;
  readonly name: string;
  readonly code: string | undefined;
  readonly site: number | undefined;
  readonly mayHaveRun: boolean | undefined;
  readonly message: string;
  /** In milliseconds of Unix time. */
  readonly at: number;
}

export class OutOfPaper extends Error {
  readonly trays: number;
  constructor(message: string, trays = 0) {
    super(message);
    this.name = "OutOfPaper";
    this.trays = trays;
  }
}

const never = new Promise<never>(() => undefined);
let begun = 0;

export function serve(site: Site): number {
  const other = (id: number) => site.rpc.blocking<Victim>(id, "victim");
  const victim: Victim = {
    ping: () => site.id,
    hang() {
      begun++;
      return never;
    },
    begun: () => begun,
    block() {
      begun++;
      site.semaphore(`never ${site.id}`, 0).acquire();
      throw new Error("nobody releases it");
    },
    spin() {
      for (;;);
    },
    exit: (code) => process.exit(code),
    async *endless() {
      yield site.id;
      await never;
    },
    async take(values) {
      for await (const _ of values);
      return never;
    },
    async callBack(callback) {
      await site.rpc.stub(callback)();
    },
    callBackBlocking: (callback) => void site.rpc.blocking(callback)(),
    give: () => byReference({ hang: () => victim.hang() }),
    fail: (how) => fail(how),
    pingAll: (others) => others.map((id) => other(id).ping()),
    forward(to, method) {
      other(to)[method]();
      throw new Error("the call returned");
    },
    haveWatched(watcher, channel) {
      const { signal } = new AbortController();
      void site.rpc.stub<Victim>(watcher, "victim").watch(signal, channel);
      return never;
    },
    async watch(signal, channel) {
      const { signal: own } = site.rpc.current!;
      const report = new BroadcastChannel(channel);
      const watched = (what: string, one: AbortSignal): Promise<void> =>
        new Promise((resolve) => {
          one.addEventListener("abort", () => resolve(report.postMessage(endingOf(site.id, what, one.reason))));
        });
      report.postMessage("ready");
      await Promise.all([watched("the signal of a call", own), watched("a signal passed as an argument", signal)]);
      report.close();
    },
  };
  site.rpc.registerErrors(OutOfPaper);
  site.rpc.expose("victim", victim);
  for (const peer of [...Array(site.count + 1).keys()]) {
    if (peer !== site.id)
      Comlink.expose({ hang: () => never, ping: () => site.id }, site.rpc.endpoint(peer, "comlink"));
  }
  return site.id;
}

function fail(how: FailKind): never {
  if (how === "class") throw Object.assign(new RangeError("too far"), { code: "E_FAR", by: 7 });
  if (how === "cause") throw new Error("outer", { cause: new TypeError("inner", { cause: "innermost" }) });
  if (how === "string") throw "just a string";
  if (how === "registered") throw new OutOfPaper("tray 2 is empty", 2);
  throw failDeep(5);
}

function failDeep(depth: number): Error {
  return depth === 0 ? new Error("deep") : failDeep(depth - 1);
}

/** Errors of a blocking call, as the caller sees them. */
export function failures(
  site: Site,
): { name: string; message: string; stack: string; code: unknown; isRange: boolean }[] {
  const victim = site.rpc.blocking<Victim>((site.id + 1) % site.count, "victim");
  return (["class", "cause", "deep"] as const).map((how) => {
    try {
      return victim.fail(how) as never;
    } catch (thrown) {
      const error = thrown as Error & { code?: unknown };
      return {
        name: error.name,
        message: error.message,
        stack: error.stack ?? "",
        code: error.code,
        isRange: error instanceof RangeError,
      };
    }
  });
}

export function endingOf(site: number, what: string, error: unknown): Ending {
  const { name, code, message, site: lost, mayHaveRun } = error as Partial<Ending>;
  const of = `${site}: ${what}`;
  return {
    what: of,
    name: name ?? String(error),
    code,
    site: lost,
    mayHaveRun,
    message: message ?? String(error),
    at: Date.now(),
  };
}

/** Starts one of each thing that can be pending at a victim. Calls `ready` when all are under way, at both ends. */
export async function pendAll(
  { rpc, self }: { rpc: Pick<SiteRpc, "stub" | "group" | "endpoint">; self: number },
  victim: number,
  ready: () => void,
): Promise<Ending[]> {
  const stub = rpc.stub<Victim>(victim, "victim");
  let begun!: () => void;
  const allBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let left = 3;
  const oneBegun = (): void => {
    if (--left === 0) begun();
  };
  async function* local(): AsyncGenerator<number> {
    yield 1;
    oneBegun();
    await never;
  }
  const stream = await stub.endless();
  await stream.next();
  const reference = (await stub.give()) as Stub<Hanging>;
  const api = Comlink.wrap<{ hang(): Promise<never>; ping(): number }>(rpc.endpoint(victim, "comlink"));
  await api.ping();
  withOptions(stub, { oneWay: true }).hang();
  const callBack = (): Promise<void> => {
    oneBegun();
    return never;
  };
  const pending: Record<string, PromiseLike<unknown>> = {
    "a call": stub.hang(),
    "a call with a time limit": withOptions(stub, { timeoutMs: 60_000 }).hang(),
    "a call with a signal": withOptions(stub, { signal: new AbortController().signal }).hang(),
    "a call of a function's result": stub.give().hang(),
    "a stream's next": stream.next(),
    "a stream's second next": stream.next(),
    "a call that reads a stream": stub.take(local()),
    "a call that calls back": stub.callBack(callBack),
    "another call that calls back": stub.callBack(callBack),
    "a call of a reference": reference.hang(),
    "a group": rpc.group<Victim>([victim], "victim").hang(),
    "a Comlink call": api.hang(),
  };
  const endings = Object.entries(pending).map(([what, promise]) =>
    promise.then(
      (value) => ({ ...endingOf(self, what, {}), name: `returned ${JSON.stringify(value)}` }),
      (error: unknown) => endingOf(self, what, error),
    ),
  );
  await allBegun;
  await stub.ping();
  ready();
  const ended = await Promise.all(endings);
  // Afterwards: nothing is sent any more.
  const late = await Promise.allSettled([stub.ping(), reference.hang(), stream.next()]);
  withOptions(stub, { oneWay: true }).ping();
  for (const [i, outcome] of late.entries()) {
    const what = ["a later call", "a later call of a reference", "a later next"][i]!;
    if (outcome.status === "rejected") ended.push(endingOf(self, what, outcome.reason));
    else ended.push({ ...endingOf(self, what, {}), name: `returned ${JSON.stringify(outcome.value)}` });
  }
  return ended;
}

/** A site's part: everything asynchronous. */
export async function pend(site: Site, { victim, channel }: { victim: number; channel: string }): Promise<void> {
  const report = new BroadcastChannel(channel);
  try {
    const endings = await pendAll({ rpc: site.rpc, self: site.id }, victim, () => report.postMessage("ready"));
    for (const ending of endings) report.postMessage(ending);
    report.postMessage("done");
  } finally {
    report.close();
  }
}

export type BlockedIn = "call" | "blocked callee" | "stream" | "reading" | "callback" | "reference" | "chain";

/** A site's part: blocked in one thing. */
export function pendBlocking(
  site: Site,
  { victim, via, kind, channel }: { victim: number; via: number; kind: BlockedIn; channel: string },
): void {
  const report = new BroadcastChannel(channel);
  const stub = site.rpc.blocking<Victim>(victim, "victim");
  const ready = (): void => report.postMessage("ready");
  try {
    switch (kind) {
      case "call":
        ready();
        stub.hang();
        break;
      case "blocked callee":
        ready();
        stub.block();
        break;
      case "stream": {
        const stream = stub.endless();
        stream.next();
        ready();
        stream.next();
        break;
      }
      case "reading":
        stub.take(onlyOne(ready));
        break;
      case "callback":
        // The victim blocks in the callback, which never ends.
        stub.callBackBlocking(() => {
          ready();
          return never;
        });
        break;
      case "reference": {
        const reference = stub.give();
        ready();
        reference.hang();
        break;
      }
      case "chain":
        ready();
        site.rpc.blocking<Victim>(via, "victim").forward(victim, "hang");
        break;
      default:
        kind satisfies never;
    }
    report.postMessage({ ...endingOf(site.id, kind, {}), name: "returned" });
  } catch (error) {
    report.postMessage(endingOf(site.id, kind, error));
  } finally {
    report.postMessage("done");
    report.close();
  }
}

function* onlyOne(ready: () => void): Generator<number> {
  yield 1;
  ready();
  // The victim asks for more, and gets it as long as it lives.
  for (let n = 0; ; n++) yield n;
}

/** Calls between the sites that are left, and to the launcher. */
export function callSurvivors(site: Site, others: readonly number[]): number[] {
  return [
    ...others.map((id) => site.rpc.blocking<Victim>(id, "victim").ping()),
    site.rpc.blocking<{ answer(): Promise<number> }>("launcher", "survivor").answer(),
  ];
}
