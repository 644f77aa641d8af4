/**
 * A process that starts a cluster, ends it in the way its argument names, and then has nothing left to do: it must end by
 * itself. Prints what still keeps it, and when, as one line of JSON.
 */
import { BroadcastChannel } from "node:worker_threads";
import { type Cluster, launch } from "isles";
import type * as Failure from "./failure.program.ts";
import type * as Calls from "./rpc-failure.program.ts";
import { pendAll } from "./rpc-failure.program.ts";

const program = new URL("./failure.program.js", import.meta.url);
const start = (signal?: AbortSignal) => launch<typeof Failure>({ program, sites: 3, ...(signal ? { signal } : {}) });
const calls = new URL("./rpc-failure.program.js", import.meta.url);
/** Everything that a call can be is pending at site 0, from the launcher and from two sites; gone when all has ended. */
async function withPendingCalls(use: (cluster: Cluster<typeof Calls>) => Promise<void>): Promise<void> {
  await using cluster = await launch<typeof Calls>({ program: calls, sites: 3 });
  await cluster.runAll("serve");
  const name = `exit ${process.pid}`;
  const channel = new BroadcastChannel(name);
  const blocked = { victim: 0, via: 1, kind: "call", channel: name } as const;
  const runs = [
    ignore(cluster.run("pend", { victim: 0, channel: name }, { site: 1 })),
    ignore(cluster.run("pendBlocking", blocked, { site: 2 })),
  ];
  let own!: Promise<unknown>;
  await new Promise<void>((resolve) => {
    let left = 3; // two sites and the launcher
    const ready = (): void => {
      if (--left === 0) resolve();
    };
    channel.onmessage = (event) => {
      if ((event as { data: unknown }).data === "ready") ready();
    };
    own = pendAll({ rpc: cluster.rpc as never, self: 3 }, 0, ready);
  });
  channel.close();
  await use(cluster);
  await Promise.all([own, ...runs]);
}
const ignore = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => undefined);

const scenarios: Record<string, () => Promise<void>> = {
  async "close at once"() {
    await (await start()).close();
  },
  async "close after work"() {
    await using cluster = await start();
    await cluster.runAll("idle");
    const array = await cluster.memory.async.int32("a", 100);
    await array.async.add(99, 1);
    await array.async.wait(0, 0, 5);
    await cluster.memory.async.free("a");
  },
  async "close while a site loops"() {
    const cluster = await start();
    const looping = ignore(cluster.run("loop"));
    await cluster.close();
    await looping;
  },
  async "close with timers and waits pending"() {
    const cluster = await start();
    const array = await cluster.memory.async.int32("a", 100);
    const waits = [array.async.wait(0, 0), array.async.wait(1, 0, 3_600_000)].map(ignore);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await cluster.close();
    await Promise.all(waits);
  },
  async "close after a site was killed"() {
    await using cluster = await start();
    await cluster.kill(1);
    await ignore(cluster.runAll("idle"));
  },
  async "abort the launch's signal"() {
    const abort = new AbortController();
    const cluster = await start(abort.signal);
    const looping = ignore(cluster.run("loop"));
    abort.abort();
    await looping;
    await cluster.close();
  },
  async "abort a run's signal"() {
    await using cluster = await start();
    await ignore(cluster.run("loop", undefined, { signal: AbortSignal.timeout(20) }));
  },
  async "close with remote calls of all kinds pending"() {
    await withPendingCalls((cluster) => cluster.close());
  },
  async "close after the called site was killed"() {
    await withPendingCalls((cluster) => cluster.kill(0));
  },
  async "serve the sites, then close"() {
    await using cluster = await launch<typeof Calls>({ program: calls, sites: 2 });
    await cluster.runAll("serve");
    cluster.rpc.expose("survivor", { answer: async () => 42 });
    await cluster.runAll("callSurvivors", [0, 1]);
    const stream = await cluster.rpc.stub<Calls.Victim>(0, "victim").endless();
    await stream.next();
  },
  async "fail to launch"() {
    await ignore(launch({ program: "data:text/javascript,throw new Error('no')", sites: 2 }));
    await ignore(launch({ program: "data:text/javascript,export const nothing = 1", sites: 2 }));
    await ignore(launch({ program: "/no/such/program.js", sites: 2 }));
  },
  async "never close, but idle"() {
    const cluster = await start();
    await cluster.runAll("idle");
    setTimeout(() => process.exit(0), 50);
  },
};

const [scenario = ""] = process.argv.slice(2);
if (scenario === "") {
  console.log(JSON.stringify(Object.keys(scenarios)));
} else {
  await scenarios[scenario]!();
  // One that keeps itself alive for a moment, and then exits, has nothing to wait for.
  const resources = scenario.startsWith("never") ? [] : await leftovers();
  console.log(JSON.stringify({ resources, at: Date.now() }));
}

/** What keeps this process alive. A closed port or thread is only gone some turns of the event loop later. */
async function leftovers(): Promise<string[]> {
  const deadline = performance.now() + 1_000;
  for (;;) {
    const resources = process
      .getActiveResourcesInfo()
      .filter((name) => !/PipeWrap|TTYWrap|TickObject|Immediate/.test(name));
    if (resources.length === 0 || performance.now() > deadline) return resources;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
