/**
 * What the pool loads in each of its threads. It tries `require` before `import`; and where a loader such as tsx makes that work on
 * modules, too, the thread would run on one copy of Isles and its program on another. A module that awaits cannot be required.
 */
export { boot, call, drainOutput } from "./site-worker.ts";

await Promise.resolve();
