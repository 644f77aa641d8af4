// A program that a debugger watches: runs a process once the debugger is there. Prints what the debugger has seen.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { loadProgram, startProcess } from "@isles/migration";
import { register } from "tsx/esm/api";

const url = new URL("./program.ts", import.meta.url).href;
const client = new Worker(new URL("./client.mjs", import.meta.url), { workerData: { url }, execArgv: [] });
await once(client, "message"); // it listens
const { counts } = await loadProgram(url, { tsx: register });
client.postMessage("loaded");
await once(client, "message"); // its breakpoints are set
const process = startProcess(counts, [null, 3]);
while (process.next().done !== true);
client.postMessage("ended");
const [stops] = await once(client, "message");
console.log(JSON.stringify(stops));
await client.terminate();
