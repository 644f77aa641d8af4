/**
 * What the pool loads in each of its threads. It tries `require` before `import`; where a loader such as tsx makes that work on modules, too,
 * the thread would run on one copy of Isles and its program on another. This one is meant to be required, and imports the rest.
 */
type SiteWorker = typeof import("./site-worker.ts");

let loaded: SiteWorker | undefined;

async function load(): Promise<SiteWorker> {
  loaded = await import("./site-worker.ts");
  return loaded;
}

exports.boot = async (...task: Parameters<SiteWorker["boot"]>) => (await load()).boot(...task);
// After the boot there is nothing to wait for.
exports.call = (...task: Parameters<SiteWorker["call"]>) => loaded!.call(...task);
exports.drainOutput = () => loaded!.drainOutput();
