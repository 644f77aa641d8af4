import { type AnsweredCall, plainReason } from "@isles/base";
import { describe, expect, it } from "vitest";
// The real locks: what they report is what the analysis concludes from.
import { FakeNet } from "../../dsm/test/sync/fake-net.ts";
import { type Cycle, DeadlockWatch, type SiteReport } from "../src/deadlock.ts";

/** Two sites, each blocked for the lock that was taken at the other one; at site 1 by a process. */
async function crossed(isSuspended: boolean): Promise<Cycle | undefined> {
  let now: AnsweredCall | undefined;
  const net = new FakeNet({ sites: 2, sync: { answering: () => now } });
  const process = { isOver: false, hasSignal: false, isSuspended: false };
  await net.run(net.sync(0).lock("y").async.acquire());
  now = process;
  await net.run(net.sync(1).lock("x").async.acquire());
  void net.sync(1).lock("y").async.acquire();
  now = undefined;
  void net.sync(0).lock("x").async.acquire();
  await net.settle();
  process.isSuspended = isSuspended;
  const reports: SiteReport[] = [0, 1].map((site) => {
    const [wait] = net.host(site).pending;
    const blocked = { wait: 1, reason: plainReason(wait!.completion.reason!) };
    return { site, blocked, runnable: false, calls: [], sync: net.sync(site).report() };
  });
  const watch = new DeadlockWatch();
  watch.observe(reports);
  return watch.observe(reports);
}

describe("a deadlock", () => {
  it("is reported while the process's step is under way: it is as frozen as its thread", async () => {
    const cycle = await crossed(false);
    expect(cycle?.text).toBe(
      'site 0 waits for lock "x", which site 1 holds; site 1 waits for lock "y", which site 0 holds',
    );
  });

  it("is not concluded from what a process holds between its steps: another step may let it go", async () => {
    expect(await crossed(true)).toBeUndefined();
  });
});
