/** Blocking calls by synckit; prints the microseconds that each took. */
import { createSyncFn } from "synckit";
import { timeEach } from "../programs/timing.ts";

const count = Number(process.argv[2]);
const next = createSyncFn<(n: number) => number>(new URL("./synckit.worker.js", import.meta.url));
const times = timeEach(3 * count, next).subarray(2 * count);
process.stdout.write(JSON.stringify(Array.from(times)));
