import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { launchBasics, program } from "./support.ts";

/** Runs a script in a process of its own, which must end by itself. */
async function script(body: string): Promise<string> {
  const source = `
    import { launch } from ${JSON.stringify(import.meta.resolve("isles"))};
    const program = ${JSON.stringify(program("basics.mjs").href)};
    ${body}`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", source], {
    timeout: 20_000,
  });
  return stdout;
}

describe("the process", () => {
  it("ends by itself after close", async () => {
    const body = `
      const cluster = await launch({ program, sites: 2 });
      console.log(await cluster.runAll("barrier"));
      await cluster.close();`;
    expect(await script(body)).toBe("[ 0, 1 ]\n");
  });

  it("ends by itself when nobody closes and nothing is pending", async () => {
    const body = `
      const cluster = await launch({ program, sites: 2 });
      console.log(await cluster.runAll("touch"));
      await cluster.memory.float64("grid", 1024).async.set(0, 1);`;
    expect(await script(body)).toBe("[ 2, 2 ]\n");
  });

  it("stays alive while something is pending: a run, a queued run, a page, statistics", async () => {
    const body = `
      const cluster = await launch({ program, sites: 2 });
      const runs = [cluster.run("later", { ms: 300 }), cluster.run("later", { ms: 1 }, { site: 0 })];
      console.log(await Promise.all(runs));
      console.log(await cluster.memory.float64("grid", 1024).async.get(1000));
      console.log((await cluster.stats()).sites.length);`;
    expect(await script(body)).toBe("[ 0, 0 ]\n0\n3\n");
  });

  it("ends after a failed launch, a killed site, an aborted one, and a close during a loop without end", async () => {
    const body = `
      await launch({ program: "data:text/javascript,throw new Error('x')", sites: 2 }).catch((e) => console.log(e.message));
      const killed = await launch({ program, sites: 2 });
      await killed.kill(0);
      await killed.close();
      const controller = new AbortController();
      const aborted = await launch({ program, sites: 1, signal: controller.signal });
      setTimeout(() => controller.abort(), 50);
      await aborted.run("waitForEver").catch((e) => console.log(e.name));
      const spinning = await launch({ program, sites: 2 });
      spinning.runAll("spin").catch((e) => console.log(e.name));
      await spinning.close();`;
    expect(await script(body)).toBe("x\nClosedError\nClosedError\n");
  });

  it("many clusters one after the other leave no threads, ports or timers", async () => {
    const before = process.getActiveResourcesInfo().sort();
    for (let round = 0; round < 15; round++) {
      await using cluster = await launchBasics(3);
      await cluster.runAll("touch");
      if (round % 3 === 0) void cluster.runAll("waitForEver").catch(() => undefined);
    }
    const { promise, resolve } = withResolvers();
    setImmediate(() => setImmediate(resolve)); // closing ports end in the event loop
    await promise;
    const after = process.getActiveResourcesInfo().sort();
    const count = (list: string[], what: string) => list.filter((one) => one === what).length;
    for (const what of ["MessagePort", "Worker", "Timeout", "Immediate"]) {
      expect([what, count(after, what)]).toEqual([what, Math.min(count(before, what), count(after, what))]);
    }
  });
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
