import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { withRepeatedMessage } from "@isles/testkit";
import { type Cluster, launch, MismatchError, ReleasedError, SiteDownError } from "isles";
import { describe, expect, it } from "vitest";
import type * as Program from "./dist/wrong-use.program.js";

/** What an attack on the runtime once brought down or hung; each must end in time with an error that says what happened. */
const program = new URL("./dist/wrong-use.program.js", import.meta.url);
type Wrong = Cluster<typeof Program>;

async function withCluster(sites: number, use: (cluster: Wrong) => Promise<void>): Promise<void> {
  const cluster = await launch<typeof Program>({ program, sites });
  try {
    await use(cluster);
  } finally {
    await cluster.close();
  }
}

function programOf(source: string): URL {
  const path = join(mkdtempSync(join(tmpdir(), "isles-")), "p.mjs");
  writeFileSync(path, source);
  return pathToFileURL(path);
}

describe("wrong use", () => {
  it("a run on a site that is dying ends with SiteDownError", async () => {
    for (let round = 0; round < 10; round++) {
      await withCluster(2, async (cluster) => {
        await cluster.run("unhandled", undefined, { site: 1 }).catch(() => undefined);
        for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
        const outcome = await cluster.run("id", 7, { site: 1 }).catch((error: unknown) => error);
        if (outcome !== 7) expect(outcome).toMatchObject({ code: "SITE_DOWN", site: 1 });
      });
    }
  });

  it("freeing an array ends the waits on its words", async () => {
    await withCluster(3, async (cluster) => {
      await expect(cluster.runAll("sleepOnFreed")).rejects.toBeInstanceOf(ReleasedError);
      expect(await cluster.runAll("id", 1)).toEqual([1, 1, 1]);
    });
  });

  it("a site that dies while others still load makes launch fail", async () => {
    const dying = programOf(`
      import { threadId } from "node:worker_threads";
      import { launches } from "data:text/javascript,export const launches = 1";
      const first = !(globalThis.process.env.ISLES_TEST_DIED);
      globalThis.process.env.ISLES_TEST_DIED = "1";
      export const f = (site) => site.id + launches + threadId;
      setTimeout(() => process.exit(1), 20);
      await new Promise((resolve) => setTimeout(resolve, 400));
    `);
    await expect(launch({ program: dying, sites: 2 })).rejects.toBeInstanceOf(SiteDownError);
  });

  it("a result or an error that cannot travel is an error, and the site lives on", async () => {
    await withCluster(1, async (cluster) => {
      await expect(cluster.run("detached")).rejects.toMatchObject({ code: "CANNOT_CLONE" });
      for (const how of [
        "no prototype",
        "throwing toString",
        "function as message",
        "name of Object.prototype",
        "proxy",
      ]) {
        const error = await cluster.run("throwStrange", how).then(
          () => "returned",
          (thrown: unknown) => thrown,
        );
        expect(error).not.toBe("returned");
        expect(error).not.toBeInstanceOf(SiteDownError);
      }
      expect(await cluster.run("id", "alive")).toBe("alive");
    });
  });

  it("an abort may have any reason", async () => {
    await withCluster(2, async (cluster) => {
      const controller = new AbortController();
      const run = cluster.run("spin", { how: "wait" }, { site: 0, signal: controller.signal });
      controller.abort(() => 1);
      await expect(run).rejects.toBeTypeOf("function");
    });
  });

  it("an array of another cluster is refused", async () => {
    await withCluster(1, async (one) => {
      await withCluster(1, async (other) => {
        const foreign = one.memory.int32("alpha", 4);
        other.memory.int32("beta", 4);
        await expect(other.run("keep", foreign)).rejects.toBeInstanceOf(MismatchError);
      });
    });
  });

  it("a program that spins hears of a failure, of a death and of an abort", async () => {
    await withCluster(3, async (cluster) => {
      await expect(cluster.runAll("spin", { how: "throw" })).rejects.toBeInstanceOf(RangeError);
      expect(await cluster.runAll("id", 1)).toEqual([1, 1, 1]);
      const controller = new AbortController();
      const spinning = cluster.runAll("spin", { how: "wait" }, { signal: controller.signal });
      controller.abort(new Error("enough"));
      await expect(spinning).rejects.toThrow("enough");
      expect(await cluster.runAll("id", 2)).toEqual([2, 2, 2]);
      const doomed = cluster.runAll("spin", { how: "wait" });
      await cluster.kill(2);
      await expect(doomed).rejects.toMatchObject({ code: "SITE_DOWN", site: 2 });
    });
  });

  it("a listener or an operator that blocks is told so instead of hanging its site", async () => {
    await withCluster(2, async (cluster) => {
      await expect(cluster.runAll("blockInOperator")).rejects.toThrow(/inside a reduction's operator/);
      expect(await cluster.runAll("id", 1)).toEqual([1, 1]);
    });
  });

  it("an error of the protocol itself ends every wait, on every site", async () => {
    const cluster = await launch<typeof Program>(withRepeatedMessage({ program, sites: 3 }));
    try {
      const start = performance.now();
      await expect(cluster.runAll("touch")).rejects.toMatchObject({
        code: expect.stringMatching(/PROTOCOL|SITE_DOWN/),
      });
      const later = await cluster.runAll("touch").catch((error: unknown) => error);
      expect(later).toMatchObject({ code: expect.stringMatching(/PROTOCOL|SITE_DOWN/) });
      expect(performance.now() - start).toBeLessThan(2_000);
    } finally {
      await cluster.close();
    }
  });

  it("a span's view travels as a copy of what it shows", async () => {
    await withCluster(2, async (cluster) => {
      for (const { view } of await cluster.runAll("viewOfSpan")) {
        expect([...view]).toEqual([0, 2.5, 0]);
        expect(view.buffer.byteLength).toBe(24);
      }
    });
  });

  it("an exported class is no function of the program", async () => {
    await withCluster(1, async (cluster) => {
      await expect((cluster as Cluster).run("NotAFunction")).rejects.toMatchObject({ code: "NO_SUCH_FUNCTION" });
    });
  });

  it("what idle sites have printed arrives before the cluster is closed", async () => {
    const isles = fileURLToPath(new URL("../packages/isles/bin/isles.js", import.meta.url));
    const args = ["run", fileURLToPath(program), "chatter", "--sites", "3", "--args", "100"];
    const { stdout } = await promisify(execFile)(process.execPath, [isles, ...args]);
    expect(stdout.match(/line \d+/g)).toHaveLength(300);
  });
});
