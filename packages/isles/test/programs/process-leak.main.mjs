// A process that moves or spawns as often as its arguments say. Prints the collected heaps of launcher and sites after each tenth, and what is left
// in the end, as one line of JSON.
import { launch } from "isles";
import { heap } from "./process-leak.mjs";

const PARTS = 10;
const [what = "", times = "0"] = process.argv.slice(2);
const each = Number(times) / PARTS;

const cluster = await launch({ program: new URL("./process-leak.mjs", import.meta.url), sites: 2 });
cluster.rpc.expose("echo", { echo: (/** @type {number} */ n) => n });
const array = await cluster.memory.async.float64("array", 10);
const other = await cluster.spawn("listener", [], { site: 0, policy: "every-yield" });

/** @type {Record<string, () => Promise<void>>} */
const parts = {
  async moves() {
    const traveller = await cluster.spawn("traveller", [array, other, each], { site: 0, policy: "every-yield" });
    if ((await traveller.result) !== each) throw new Error("it has not made all of its moves");
  },
  async migrates() {
    for (let i = 0; i < each; i++) await other.migrate((other.site + 1) % 2);
  },
  async checkpoints() {
    for (let i = 0; i < each; i++) await other.checkpoint();
  },
  async spawns() {
    for (let left = each; left > 0; left -= 10) {
      const some = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          cluster.spawn("brief", [["return", "throw", "wait"][i % 3]], { site: i % 2 }),
        ),
      );
      await some[0]?.migrate(1).catch(() => undefined);
      const bytes = await some[2]?.checkpoint();
      const again = await cluster.restore(/** @type {Uint8Array} */ (bytes), { site: 1 });
      await Promise.all([...some, again].map((one) => one.kill()));
      await Promise.all(some.map((one) => one.result.catch(() => undefined)));
    }
  },
};

const heaps = [];
for (let part = 0; part < PARTS; part++) {
  await parts[what]?.();
  // Finalizers of one heap free what another keeps: all of them twice.
  for (let turn = 0; turn < 2; turn++) {
    const sites = [
      await cluster.run("heap", undefined, { site: 0 }),
      await cluster.run("heap", undefined, { site: 1 }),
    ];
    const own = await heap();
    if (turn === 1) heaps.push([own, ...sites]);
  }
}
const running = (await cluster.ps()).filter(
  ({ state }) => !["returned", "threw", "killed", "lost"].includes(state),
).length;
await cluster.close();
console.log(JSON.stringify({ heaps, running }));
