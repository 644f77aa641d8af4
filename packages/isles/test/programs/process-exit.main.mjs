// A process that closes a cluster whose processes are in the state that its argument names, and then has nothing left to do: it must end by itself.
// Prints what still keeps it, and when, as one line of JSON.
import { launch } from "isles";

const program = new URL("./process-behaviour.mjs", import.meta.url);

/** @param {(cluster: import("isles").Cluster, diary: string[]) => Promise<void>} use @param {number} [sites] */
async function using(use, sites = 3) {
  const cluster = await launch({ program, sites });
  /** @type {string[]} */
  const diary = [];
  cluster.rpc.expose("diary", { write: (/** @type {string} */ line) => void diary.push(line) });
  await use(cluster, diary);
  await cluster.close();
}

/** @param {() => boolean} isSo */
async function until(isSo) {
  const deadline = performance.now() + 5_000;
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** @type {Record<string, () => Promise<void>>} */
const scenarios = {
  "processes run, move and wait for messages, timers, promises": () =>
    using(async (cluster, diary) => {
      for (const policy of /** @type {const} */ (["none", "every-yield", "load", "speedup", "data"]))
        for (const way of ["loop", "receive", "timeout", "promise"]) await cluster.spawn("tidy", [way], { policy });
      await until(() => diary.length === 20);
    }),
  "processes start": () =>
    using(async (cluster) => {
      for (let i = 0; i < 20; i++) cluster.spawn("tidy", ["loop"]).catch(() => undefined);
    }),
  "a process computes, and others want something of it": () =>
    using(async (cluster, diary) => {
      const process = await cluster.spawn("stubborn", [60_000], { site: 1 });
      await until(() => diary.length > 0);
      for (const call of [
        process.migrate(0),
        process.checkpoint(),
        process.kill(),
        process.send(1),
        process.wait({ timeoutMs: 60_000 }),
      ])
        call.catch(() => undefined);
      const other = await cluster.spawn("listener", [], { site: 0 });
      other.migrate(1).catch(() => undefined);
    }),
  "processes are being killed, saved and moved": () =>
    using(async (cluster) => {
      const processes = await Promise.all(Array.from({ length: 12 }, () => cluster.spawn("tidy", ["loop"])));
      for (const [index, process] of processes.entries())
        [() => process.kill(), () => process.checkpoint(), () => process.migrate((process.site + 1) % 3)]
          [index % 3]?.()
          .catch(() => undefined);
    }),
  "sites were killed under processes": () =>
    using(async (cluster, diary) => {
      const processes = [];
      for (let i = 0; i < 9; i++) processes.push(await cluster.spawn("counter", [i], { policy: "every-yield" }));
      await processes[0]?.checkpoint();
      await cluster.spawn("tidy", ["loop"], { policy: "every-yield" });
      await until(() => diary.length > 0);
      await cluster.kill(1);
      await cluster.kill(0);
    }),
  "processes have ended, and their handles stay": () =>
    using(async (cluster) => {
      for (let i = 0; i < 30; i++) {
        const process = await cluster.spawn(i % 2 ? "inner" : "throws", [/** @type {any} */ (i)]);
        await process.wait({ timeoutMs: 60_000 }).catch(() => undefined);
      }
    }),
  "nobody closes, and a process waits that nobody waits for": async () => {
    const cluster = await launch({ program, sites: 2 });
    const process = await cluster.spawn("inner", [1]);
    await process.result;
    await process.kill();
  },
};

const [scenario = ""] = process.argv.slice(2);
if (scenario === "") {
  console.log(JSON.stringify(Object.keys(scenarios)));
} else {
  await scenarios[scenario]?.();
  const deadline = performance.now() + 1_000;
  const left = () =>
    process.getActiveResourcesInfo().filter((name) => !/PipeWrap|TTYWrap|TickObject|Immediate/.test(name));
  while (left().length > 0 && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
  console.log(JSON.stringify({ resources: scenario.startsWith("nobody") ? [] : left(), at: Date.now() }));
}
