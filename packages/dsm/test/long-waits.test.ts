import { DeadlockError } from "@isles/base";
import { describe, expect, it } from "vitest";
import { createSync } from "../src/sync/index.ts";
import { Mesh } from "./mesh.ts";
import { FakeNet } from "./sync/fake-net.ts";

const deadlock = new DeadlockError([1, 0], "site 1 waits for lock, which site 0 holds");

/** Site 0 holds the lock x and computes; site 1 is about to wait for it. */
async function contended(sites = 2) {
  const mesh = new Mesh({ sites });
  const held = await mesh.outcome(mesh.members[0]!.sync.lock("x").async.acquire());
  const { endpoint, sync } = mesh.members[1]!;
  return { mesh, held, endpoint, sync };
}

describe("a wait that lasts long", () => {
  it("is reported after 300 ms and then at growing intervals of at most 2 s", async () => {
    const { mesh, endpoint, sync } = await contended();
    const start = mesh.time;
    const times: number[] = [];
    endpoint.onLongWait = (waitedMs) => {
      expect(waitedMs).toBe(mesh.time - start);
      times.push(waitedMs);
      if (times.length === 6) endpoint.rejectBlocked(endpoint.blocked!.wait, deadlock);
    };
    expect(() => sync.lock("x").acquire()).toThrow(deadlock);
    expect(times).toEqual([300, 600, 1_200, 2_400, 4_400, 6_400]);
    expect(endpoint.blocked).toBeUndefined();
  });

  it("is not, if it may end by itself", async () => {
    const { mesh, endpoint, sync } = await contended();
    let told = 0;
    endpoint.onLongWait = () => told++;
    expect(() => sync.lock("x").acquire({ timeoutMs: 5_000 })).toThrow("5000 ms");
    expect(() => sync.semaphore("s", 0).acquire(1, { timeoutMs: 5_000 })).toThrow("5000 ms");
    const stop = new AbortController();
    endpoint.onTurns(() => {
      if (mesh.time > 15_000) stop.abort(new Error("enough"));
      return stop.signal.aborted;
    });
    expect(() => sync.lock("x").acquire({ signal: stop.signal })).toThrow("enough");
    expect(told).toBe(0);
  });

  it("says at both ends what it is for, and leaves the lock in order when it is rejected", async () => {
    const { mesh, held, endpoint, sync } = await contended();
    endpoint.onLongWait = () => {
      const { wait, label, reason } = endpoint.blocked!;
      expect(label).toBe('lock "x" (exclusive)');
      const [req] = sync.report().claims;
      const home = mesh.members.findIndex((member) => member.sync.report().locks.length > 0);
      expect(structuredClone(reason)).toEqual({ kind: "lock", name: "x", home, req });
      const [holder] = mesh.members[0]!.sync.report().claims;
      expect(mesh.members[home]!.sync.report().locks).toEqual([
        {
          name: "x",
          holders: [{ site: 0, req: holder, isShared: false }],
          waiters: [{ site: 1, req, isShared: false }],
        },
      ]);
      expect(endpoint.rejectBlocked(wait + 1, deadlock)).toBe(false);
      expect(endpoint.rejectBlocked(wait, deadlock)).toBe(true);
      expect(endpoint.rejectBlocked(wait, deadlock)).toBe(false);
      expect(sync.report().claims).toEqual([]);
    };
    expect(() => sync.lock("x").acquire()).toThrow(deadlock);
    held.release();
    mesh.settle();
    sync.lock("x").acquire().release();
    await Promise.resolve(); // what a site sends itself
    mesh.settle();
    expect(mesh.members.map((member) => member.sync.entries)).toEqual([0, 0, 0]);
  });

  it("gets another number when program code has run inside it, and is none while such code runs", async () => {
    const { endpoint, sync } = await contended();
    const waits: number[] = [];
    let inside: unknown = "not run";
    endpoint.onLongWait = (waitedMs) => {
      waits.push(endpoint.blocked!.wait);
      if (waitedMs === 600) {
        endpoint.defer(() => {
          inside = endpoint.blocked;
        });
        expect(endpoint.hasTasks).toBe(true);
      }
      if (waitedMs > 2_000) endpoint.rejectBlocked(endpoint.blocked!.wait, deadlock);
    };
    expect(() => sync.lock("x").acquire()).toThrow(deadlock);
    expect(inside).toBeUndefined();
    expect(endpoint.hasTasks).toBe(false);
    expect(waits[1]).toBe(waits[0]);
    expect(waits[2]).toBeGreaterThan(waits[1]!);
    expect(waits[3]).toBe(waits[2]);
  });

  it("is the innermost one: a buried wait cannot be rejected", async () => {
    const { mesh, endpoint, sync } = await contended();
    await mesh.outcome(mesh.members[0]!.sync.lock("y").async.acquire());
    let outer = 0;
    endpoint.onLongWait = (waitedMs) => {
      const { wait, label } = endpoint.blocked!;
      if (outer === 0) {
        outer = wait;
        endpoint.defer(() => expect(() => sync.lock("y").acquire()).toThrow(deadlock));
      } else if (label.includes('"y"')) {
        expect(endpoint.rejectBlocked(outer, deadlock)).toBe(false);
        endpoint.rejectBlocked(wait, deadlock);
      } else if (waitedMs > 1_000) endpoint.rejectBlocked(wait, deadlock);
    };
    expect(() => sync.lock("x").acquire()).toThrow(deadlock);
  });

  it("in a barrier is told by the root: who has called it, and how often", () => {
    const mesh = new Mesh({ sites: 3 });
    const { endpoint, sync } = mesh.members[1]!;
    void mesh.members[2]!.sync.async.barrier("b");
    endpoint.onLongWait = () => {
      const { wait, reason } = endpoint.blocked!;
      expect(reason).toEqual({ kind: "collective", what: "barrier", name: "b", group: { id: 0 } });
      const key = { what: "barrier", name: "b", group: 0 };
      expect(sync.report().collectives).toEqual([{ ...key, calls: 1 }]);
      const [round] = mesh.members[0]!.sync.report().rounds;
      expect(round).toMatchObject(key);
      expect(round!.arrivals.map(({ site, calls }) => [site, calls])).toEqual([
        [1, 1],
        [2, 1],
      ]);
      endpoint.rejectBlocked(wait, deadlock);
    };
    expect(() => sync.barrier("b")).toThrow(deadlock);
    mesh.settle();
    expect(mesh.members[0]!.sync.report().rounds[0]!.arrivals.map(({ site }) => site)).toEqual([2]);
  });
});

describe("what remote calls lock", () => {
  it("counts as theirs until they are over, or have looked at their signal", async () => {
    const call = { isOver: false, hasSignal: false };
    const net = new FakeNet({ sites: 1, sync: { answering: () => call } });
    const sync = net.sync(0);
    await net.run(sync.lock("x").async.acquire());
    expect(sync.report().claims).toHaveLength(1);
    call.hasSignal = true;
    expect(sync.report().claims).toHaveLength(0);
    call.hasSignal = false;
    call.isOver = true;
    expect(sync.report().claims).toHaveLength(0);
  });

  it("and their collectives have no reason: another call may be what is missing", () => {
    const net = new FakeNet({ sites: 2 });
    const host = net.host(0);
    void createSync(host, { answering: () => ({ isOver: false, hasSignal: false }) }).async.barrier();
    expect(host.pending.at(-1)!.completion.reason).toBeUndefined();
    void net.sync(1).async.barrier();
    expect(net.host(1).pending.at(-1)!.completion.reason).toMatchObject({ kind: "collective", what: "barrier" });
  });
});
