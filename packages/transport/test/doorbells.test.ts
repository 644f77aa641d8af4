import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createDoorbells, Doorbells, MAX_ENDPOINTS } from "@isles/transport";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

describe("Doorbells", () => {
  it("mail bits say exactly who has rung since they were taken (property)", () => {
    const endpoint = fc.nat({ max: MAX_ENDPOINTS - 1 });
    fc.assert(
      fc.property(endpoint, fc.array(endpoint), (self, senders) => {
        const buffer = createDoorbells(MAX_ENDPOINTS);
        const bells = new Doorbells(buffer, self, 1);
        for (const sender of senders) new Doorbells(buffer, sender, 1).ring(self, sender);
        const rung: number[] = [];
        for (let word = 0; word < MAX_ENDPOINTS / 32; word++) {
          const mail = bells.takeMail(word);
          for (let bit = 0; bit < 32; bit++) if ((mail >>> bit) & 1) rung.push(word * 32 + bit);
          expect(bells.takeMail(word)).toBe(0);
        }
        expect(rung).toEqual([...new Set(senders)].sort((a, b) => a - b));
      }),
    );
  });

  it("ringing one bell is heard at no other", () => {
    const buffer = createDoorbells(MAX_ENDPOINTS);
    const all = Array.from({ length: MAX_ENDPOINTS }, (_, self) => new Doorbells(buffer, self, 1));
    for (const [to, bells] of all.entries()) {
      all[0]!.ring(to, 0);
      expect(all.filter(({ rung }) => rung)).toEqual([bells]);
      bells.listen();
      expect(bells.rung).toBe(false);
    }
    expect(all[0]!.running).toBe(0);
  });

  it("lingers while a core is left for others, and hears a ring", () => {
    const bells = new Doorbells(createDoorbells(2), 0, 2);
    expect(bells.mayLinger()).toBe(true);
    expect(bells.linger()).toBe(false);
    expect(bells.running).toBe(0);
    const buffer = createDoorbells(2);
    const rung = new Doorbells(buffer, 0, 2);
    new Doorbells(buffer, 1, 2).ring(0, 1);
    expect(rung.linger()).toBe(true);
    rung.enter();
    expect(rung.mayLinger()).toBe(false);
  });

  it("a ring between listen and wait ends the wait at once, with and without spinning", () => {
    for (const cores of [0, 64]) {
      const buffer = createDoorbells(2);
      const bells = new Doorbells(buffer, 0, cores);
      bells.listen();
      new Doorbells(buffer, 1, cores).ring(0, 1);
      const start = performance.now();
      bells.wait(20_000);
      expect(performance.now() - start).toBeLessThan(10_000);
    }
  });

  it("waits out its timeout if nobody rings, and counts the thread as running again after it", () => {
    for (const cores of [0, 64]) {
      const bells = new Doorbells(createDoorbells(2), 0, cores);
      bells.enter();
      bells.listen();
      const start = performance.now();
      bells.wait(20);
      expect(performance.now() - start).toBeGreaterThan(19);
      expect(bells.running).toBe(1);
      bells.leave();
      expect(bells.running).toBe(0);
    }
  });

  it("keeps waking a sleeper when the count of rings wraps", () => {
    const buffer = createDoorbells(2);
    new Int32Array(buffer).fill(2 ** 31 - 2, 16, 17); // endpoint 0's bell
    const bells = new Doorbells(buffer, 0, 0);
    for (let ring = 0; ring < 5; ring++) {
      bells.listen();
      new Doorbells(buffer, 1, 0).ring(0, 1);
      expect(bells.rung).toBe(true);
      bells.wait(10_000);
    }
  });

  it("loses no ring in 20,000 rounds between two threads that go to sleep every time", async () => {
    const rounds = 20_000;
    const buffer = createDoorbells(2);
    const worker = new Worker(new URL("./bell-ringer.mjs", import.meta.url), { workerData: { buffer, rounds } });
    const ended = once(worker, "exit");
    const failed = once(worker, "error").then(([error]) => error);
    await once(worker, "online");
    const bells = new Doorbells(buffer, 0, 0);
    let lost = 0;
    for (let round = 0; round < rounds; round++) {
      bells.ring(1, 0);
      for (;;) {
        bells.listen();
        if (bells.takeMail(0) !== 0) break;
        const start = performance.now();
        bells.wait(5_000);
        if (performance.now() - start >= 5_000) lost++;
        if (lost > 3) throw new Error(`${lost} rings were lost by round ${round}`);
      }
    }
    const [code] = await Promise.race([ended, failed.then((error) => Promise.reject(error))]);
    expect([code, lost]).toEqual([0, 0]);
  });
});
