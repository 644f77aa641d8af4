/**
 * Process migration, `node packages/examples/dist/migration/process.js`: a generator is moved from site to site while it runs, gets its
 * messages wherever it is, is saved, and goes on from what was saved after its site was lost.
 */
import { launch } from "isles";
import { adds, primes } from "./process.program.ts";
import { check, sleep, timed } from "./say.ts";

const LIMIT = 2_000_000;
const BELOW = 148_933; // primes below two million

await using cluster = await launch({ program: new URL("./process.program.js", import.meta.url), sites: 3 });

const walker = await cluster.spawn(primes, [LIMIT], { site: 0 });
for (const site of [1, 2, 0, 1, 2]) await timed(`${walker}, moves to site ${site}`, () => walker.migrate(site));
console.table(await cluster.ps(), ["name", "site", "state", "cpuMs", "moves"]);

const bytes = await timed("saved", () => walker.checkpoint());
console.log(`  ${bytes.length} bytes; now its site is killed`);
await cluster.kill(walker.site);
const { found, seenAt } = await timed(
  `its result, from site ${walker.site}, where it went on from there`,
  () => walker.result,
);
check(
  found.length === BELOW,
  `${BELOW} primes; found on site: ${[...seenAt].map(([site, n]) => `${site}: ${n}`).join(", ")}`,
);
check((await walker.info()).restarts === 1, "it was restarted once");

const adder = await cluster.spawn(adds, [], { site: 0 });
for (let i = 1; i <= 1000; i++) {
  await adder.send(i);
  if (i % 100 === 0) await adder.migrate(1 - adder.site);
}
await adder.send("stop");
const { sum, site } = await adder.result;
check(sum === 500_500, `each of 1000 messages was added once, in ten moves; it ended on site ${site}`);

const endless = await cluster.spawn(primes, [Infinity]);
await sleep(20);
await endless.kill();
check(
  (await endless.result.catch((error: Error) => error.message)) === `${"process"} ${endless.id} (primes) was killed`,
  "killed",
);
