/**
 * A process that makes so many calls as its argument says, each with a callback of its own, in every direction: launcher to
 * site, site to launcher's callback, and site to site while blocked. Prints the collected heaps of launcher and sites after
 * each tenth, as one line of JSON.
 */
import { launch } from "isles";
import type * as Program from "./rpc-heap.program.ts";
import { heap } from "./rpc-heap.program.ts";

const PARTS = 10;
const BATCH = 1_000;
const calls = Number(process.argv[2]);
const program = new URL("./rpc-heap.program.js", import.meta.url);

await using cluster = await launch<typeof Program>({ program, sites: 2 });
await cluster.runAll("serve");
const heaps: number[][] = [];
let wrong = 0;
for (let part = 0; part < PARTS; part++) {
  const each = calls / PARTS / 2;
  const caller = cluster.rpc.stub<Program.Caller>(part % 2, "caller");
  for (let done = 0; done < each; done += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, n) => caller.call(n, (m) => m + 1));
    for (const [n, result] of (await Promise.all(batch)).entries()) if (result !== n + 1) wrong++;
  }
  wrong += await cluster.run("callBlocking", { from: part * each, to: (part + 1) * each }, { site: part % 2 });
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
console.log(JSON.stringify({ wrong, heaps }));
