/**
 * Computation migration, `node packages/examples/dist/migration/computation.js`: 8 MiB lie on two sites, and ranges of them are summed. With
 * `near` the function runs where its range is, and a number travels instead of pages.
 */
import { launch } from "isles";
import type * as Computation from "./computation.program.ts";
import { check, tell, timed } from "./say.ts";

const LENGTH = 2 ** 20;
const PARTS = 8;

await using cluster = await launch<typeof Computation>({
  program: new URL("./computation.program.js", import.meta.url),
  sites: 2,
});
const grid = await cluster.memory.async.float64("grid", LENGTH, { home: "block" });
await cluster.runAll("fill", grid);
let expected = 0;
for (let i = 0; i < LENGTH; i++) expected += i % 97;
const ranges = Array.from({ length: PARTS }, (_, k) => grid.subarray((k * LENGTH) / PARTS, ((k + 1) * LENGTH) / PARTS));
const pages = async () => (await cluster.stats()).arrays.grid!.readMisses;

let before = await pages();
const near = await timed("near: each range is summed where it is", () =>
  Promise.all(ranges.map((range) => cluster.run("sum", range, { near: range }))),
);
check(near.reduce((total, part) => total + part.sum, 0) === expected, "the sum");
console.log(
  `  on sites ${near.map(({ site }) => site).join(" ")}; ${(await pages()) - before} pages were fetched. Why there:`,
);
tell(cluster.decisions.slice(-PARTS));

// The message form: it is started there, and whoever started it goes on beside it.
const job = await cluster.start("sum", ranges[0]!, { near: ranges[0]! });
console.log(`started on site ${job.site} (${job.reason}); we go on`);
check((await job.result).sum === near[0]!.sum, "its result, when we ask for it");

const total = await timed("from inside site 0: eight jobs started, then waited for", () =>
  cluster.run("sumAll", { grid, parts: PARTS }, { site: 0 }),
);
check(total === expected, "the sum");

before = await pages();
const here = await timed("by hand, all on site 0: the pages go to the function", () =>
  Promise.all(ranges.map((range) => cluster.run("sum", range, { site: 0 }))),
);
check(here.reduce((sum, part) => sum + part.sum, 0) === expected, "the sum");
console.log(`  ${(await pages()) - before} pages were fetched`);
