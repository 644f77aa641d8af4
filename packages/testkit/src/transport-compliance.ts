import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { MessageClass, type Port } from "@isles/transport";
import type { TransportAdapter } from "./transport/adapter.ts";
import { newGate, Peers } from "./transport/peers.ts";

/** The calls of a test runner that the suite needs: vitest's, or node:test's. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>, timeoutMs?: number): unknown;
}

export interface ComplianceOptions {
  /** Seed of everything random; default: the clock's. Printed in the names of the tests, so a failure can be repeated. */
  readonly seed?: number;
  /** Messages per pair in each random exchange. */
  readonly messages?: number;
  /** Rounds of the ping-pong that looks for lost wake-ups. */
  readonly rounds?: number;
  /** Endpoints of the largest network tried. */
  readonly endpoints?: number;
  /** Limit of each test in milliseconds. */
  readonly timeoutMs?: number;
}

/** ThreadPort as an adapter for {@link transportCompliance}. */
export const threadAdapter: URL = new URL("./transport/thread-adapter.js", import.meta.url);

/**
 * What every transport must do (the contract on `Port`): one suite for all adapters. `adapter` is a module that exports
 * `createNetwork` and `join`; the runner's functions are passed in, so that this package needs no test runner.
 *
 * ```ts
 * import { describe, it } from "vitest";
 * transportCompliance("ThreadPort", threadAdapter, { describe, it });
 * ```
 */
export function transportCompliance(name: string, adapter: URL, runner: Runner, options: ComplianceOptions = {}): void {
  const {
    seed = Date.now() % 1_000_000,
    messages = 1_500,
    rounds = 20_000,
    endpoints = 40,
    timeoutMs = 120_000,
  } = options;
  const it = (what: string, body: () => Promise<void>) => void runner.it(what, body, timeoutMs);
  runner.describe(`${name} is a transport`, () => {
    delivery(adapter, it, seed, messages);
    waiting(adapter, it, seed, rounds);
    refusing(adapter, it);
    closing(adapter, it);
    it(`${endpoints} endpoints all hear each other`, () => mesh(adapter, endpoints));
  });
}

type It = (what: string, body: () => Promise<void>) => void;

function delivery(adapter: URL, it: It, seed: number, messages: number): void {
  for (const endpoints of [2, 3]) {
    it(`delivers every message once, in order and unharmed among ${endpoints} (seed ${seed})`, async () => {
      await using peers = await Peers.join(adapter, endpoints);
      const reports = await peers.playAll("exchange", { seed, messages });
      assert.deepEqual(
        reports.flatMap(({ faults }) => faults),
        [],
      );
      for (const { bodies, polled, byEventLoop } of reports) assert.ok(bodies > 0 && polled > 0 && byEventLoop > 0);
      // Nothing twice, nothing later.
      assert.deepEqual(await peers.playAll("heard"), new Array(endpoints).fill(0));
    });
  }

  for (const each of [false, true]) {
    it(`queues 100,000 messages for a deaf peer without blocking, ${each ? "one by one" : "in one batch"}`, async () => {
      await using peers = await Peers.join(adapter, 2);
      const gate = newGate();
      const inOrder = peers.play(1, "drain", { from: 0, count: 100_000, gate });
      await peers.play(0, "flood", { to: 1, count: 100_000, each, gate });
      assert.equal(await inOrder, true);
    });
  }

  it("takes what is sent from inside a delivery, in the event loop and by poll", async () => {
    await using peers = await Peers.join(adapter, 2);
    await peers.play(1, "echo");
    for (const poll of [true, false]) assert.equal(await peers.play(0, "call", { to: 1, count: 2_000, poll }), true);
  });

  it("keeps values what they are, arrays and empty ones too", async () => {
    await using peers = await Peers.join(adapter, 2);
    await peers.play(0, "sendOddValues", { to: 1 });
    const odd = [[1, 2], [], {}, "", new Map([[1, new Uint8Array([1, 2])]]), ["a"], new Date(7)];
    const values = odd.filter((value) => typeof value === "object");
    assert.deepEqual(await peers.play(1, "collect"), [...odd, ...values, ...odd, "end"]);
  });
}

function waiting(adapter: URL, it: It, seed: number, rounds: number): void {
  it("wait() returns by its timeout when nothing comes", async () => {
    await using peers = await Peers.join(adapter, 2);
    for (const timeoutMs of [0, 1, 50]) {
      const lasted = await peers.play(0, "waitAlone", { timeoutMs });
      assert.ok(lasted < timeoutMs + 5_000, `wait(${timeoutMs}) lasted ${lasted} ms`);
    }
  });

  it("wait() ends when mail comes, whether it came before or during the sleep", async () => {
    await using peers = await Peers.join(adapter, 2);
    for (const delay of [0, 100, 10_000, 1_000_000]) {
      const gate = newGate();
      const lasted = peers.play(1, "waitForMail", { timeoutMs: 20_000, gate });
      await peers.play(0, "sendWhenOpen", { to: 1, gate, delay });
      assert.ok((await lasted) < 15_000, `a wait for mail lasted ${await lasted} ms`);
    }
  });

  it(`loses no wake-up in ${rounds} ping-pongs (seed ${seed})`, async () => {
    await using peers = await Peers.join(adapter, 2);
    const reports = await Promise.all([
      peers.play(0, "volley", { to: 1, rounds, serve: true, seed }),
      peers.play(1, "volley", { to: 0, rounds, serve: false, seed }),
    ]);
    assert.deepEqual(reports, [
      { lost: 0, faults: [] },
      { lost: 0, faults: [] },
    ]);
  });
}

function refusing(adapter: URL, it: It): void {
  it("post() throws DataCloneError for what cannot be cloned, and sends nothing of it", async () => {
    await using peers = await Peers.join(adapter, 2);
    assert.equal(await peers.play(0, "postUncloneable", { to: 1 }), "DataCloneError");
    assert.deepEqual(await peers.play(1, "collect"), ["before", { after: 1 }, "end"]);
  });

  it("drops what is sent to a peer that is gone", async () => {
    await using peers = await Peers.join(adapter, 3);
    await peers.terminate(2);
    await peers.play(0, "sendToTheLost", { to: 2 });
    await peers.play(1, "echo");
    assert.equal(await peers.play(0, "call", { to: 1, count: 10, poll: true }), true);
  });
}

function closing(adapter: URL, it: It): void {
  for (const after of [0, 3]) {
    const when = after === 0 ? "with mail waiting" : "from inside a delivery";
    it(`delivers nothing after close(), ${when}, and close() is idempotent`, async () => {
      await using peers = await Peers.join(adapter, 2);
      const gate = newGate();
      const late = peers.play(1, "closeEarly", { gate, after });
      await peers.play(0, "flood", { to: 1, count: 1_000, each: false, gate });
      assert.equal(await late, 0);
      // And nothing of what was sent after the close.
      assert.equal(await peers.play(0, "heard"), 0);
    });
  }

  it("keeps no process alive once it is closed", async () => {
    const program = fileURLToPath(new URL("./transport/exit.js", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, adapter.href], { timeout: 30_000 });
    assert.equal(stdout, "closed\n");
  });
}

/** Everybody on one thread, which polls for all. */
async function mesh(adapter: URL, endpoints: number): Promise<void> {
  const { createNetwork, join } = (await import(adapter.href)) as TransportAdapter;
  const seeds = await createNetwork(endpoints);
  const heard = seeds.map(() => new Set<number>());
  const ports: Port[] = [];
  for (const [self, { seed }] of seeds.entries()) {
    ports.push(await join(seed, { receive: (from) => heard[self]!.add(from) }));
  }
  for (const port of ports) {
    assert.equal(port.endpoints, endpoints);
    for (let to = 0; to < endpoints; to++)
      if (to !== port.self) port.send(to, `from ${port.self}`, MessageClass.Request);
    port.flush();
  }
  for (let round = 0; round < 1_000 && heard.some((from) => from.size < endpoints - 1); round++) {
    for (const port of ports) port.poll();
  }
  for (const port of ports) port.close();
  for (const [self, from] of heard.entries()) assert.equal(from.size, endpoints - 1, `what endpoint ${self} heard`);
}
