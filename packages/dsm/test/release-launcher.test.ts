import { Service } from "@isles/transport";
import { describe, expect, it } from "vitest";
import type { SharedArray } from "../src/index.ts";
import type { Mesh } from "./mesh.ts";
import { meet, releaseMesh } from "./release-mesh.ts";

type Ints = SharedArray<Int32Array>;

function withLauncher(home: number | "launcher" = 1) {
  const { mesh, arrays } = releaseMesh<Int32Array>("int32", 192, { home }, { sites: 2 });
  return { mesh, a: arrays[0] as Ints, b: arrays[1] as Ints, launcher: arrays[2] as Ints };
}

/** What `site` reads of elements once the launcher has told it something. */
async function toldByLauncher(mesh: Mesh, site: number, array: Ints, indices: number[]): Promise<number[]> {
  const [{ endpoint }, told] = [mesh.members[site]!, [] as number[]];
  endpoint.on(Service.Rpc, {
    text: () => endpoint.defer(() => told.push(...indices.map((i) => array.get(i)))),
    value: () => undefined,
  });
  mesh.launcher.endpoint.releaseWrites(); // as whatever sends calls does
  mesh.launcher.endpoint.sendText(site, Service.Rpc, "go");
  // The site hears before the home does, if it can.
  for (let turns = 0; told.length === 0 && turns < 1_000; turns++) {
    endpoint.turn();
    endpoint.runTasks();
    if (told.length === 0) mesh.pump();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return told;
}

describe.each([1, "launcher"] as const)("the launcher's asynchronous calls, home %s", (home) => {
  it("each see what was released before, and are known when they are done", async () => {
    const { mesh, a, b, launcher } = withLauncher(home);
    for (const array of [a, b]) array.get(0);
    for (let round = 1; round < 5; round++) {
      await mesh.outcome(launcher.async.set(0, round));
      await mesh.outcome(launcher.async.fill(round, 10, 20));
      await mesh.outcome(launcher.async.copyFrom([round, round], 30));
      for (const [site, array] of [a, b].entries()) {
        mesh.members[site]!.endpoint.fences.acquire(); // as a run's start is
        expect([0, 10, 19, 30, 31].map((i) => array.get(i))).toEqual(new Array(5).fill(round));
      }
      b.set(1, -round);
      a.set(2, round * 10);
      for (const site of [0, 1]) mesh.members[site]!.endpoint.releaseWrites(); // as a run's end is
      expect(await mesh.outcome(launcher.async.get(1))).toBe(-round);
      using span = await mesh.outcome(launcher.async.read(0, 64));
      expect([...span.view.subarray(0, 3)]).toEqual([round, -round, round * 10]);
    }
  });

  it("many at once all keep what they write", async () => {
    const { mesh, a, launcher } = withLauncher(home);
    const calls = Array.from({ length: 64 }, (_, i) => launcher.async.set(i, i + 1));
    for (let i = 64; i < 128; i++) a.set(i, i + 1);
    await mesh.outcome(Promise.all(calls));
    await meet(mesh);
    using span = await mesh.outcome(launcher.async.read(0, 128));
    expect([...span.view]).toEqual(Array.from({ length: 128 }, (_, i) => i + 1));
  });

  it("what a span has written is known to whom the launcher tells something after its end", async () => {
    const { mesh, a, b, launcher } = withLauncher(home);
    for (const array of [a, b]) array.get(0);
    const span = await mesh.outcome(launcher.async.write(0, 10));
    span.view.fill(5);
    span.release();
    expect(await toldByLauncher(mesh, 0, a, [0, 9, 10])).toEqual([5, 5, 0]);
  });

  it("so it is with what a group of spans has written, and with spans that go on", async () => {
    const { mesh, a, b, launcher } = withLauncher(home);
    for (const array of [a, b]) for (const i of [0, 64, 128]) array.get(i);
    const spans = await mesh.outcome(
      mesh.launcher.memory.async.acquire({ x: launcher.writing(0, 10), y: launcher.reading(64, 70) }),
    );
    const going = await mesh.outcome(launcher.async.write(128, 130));
    spans.x.view.fill(6);
    going.view[1] = 7;
    spans.release();
    expect(await toldByLauncher(mesh, 0, a, [0, 9, 129])).toEqual([6, 6, 7]);
    expect(going.view[1]).toBe(7);
    going.view[1] = 8;
    going.release();
    await mesh.outcome(mesh.launcher.endpoint.fences.releaseAsync());
    expect(mesh.launcher.endpoint.pins.idle).toBe(true);
    mesh.members[1]!.endpoint.fences.acquire();
    expect(b.get(129)).toBe(8);
  });

  it("the end of a group of spans makes known what it has written, by itself", async () => {
    const { mesh, a, launcher } = withLauncher(home);
    a.get(0);
    {
      using spans = await mesh.outcome(mesh.launcher.memory.async.acquire({ x: launcher.writing(0, 10) }));
      spans.x.view.fill(9);
    }
    mesh.settle();
    mesh.members[0]!.endpoint.fences.acquire();
    expect(a.get(9)).toBe(9);
  });
});

describe("what the launcher says while it releases", () => {
  it("stays in order, and is all said, also when the cluster fails meanwhile", async () => {
    const { mesh, a, b, launcher } = withLauncher();
    for (const array of [a, b]) array.get(0);
    const heard: string[] = [];
    mesh.members[0]!.endpoint.on(Service.Rpc, {
      text: (_from, text) => void heard.push(text),
      value: (_from, value) => void heard.push(String(value)),
    });
    const { endpoint } = mesh.launcher;
    const span = await mesh.outcome(launcher.async.write(0, 1));
    for (const fails of [false, true]) {
      span.view[0]!++;
      endpoint.releaseWrites();
      const say = { words: ["b"] };
      endpoint.sendText(0, Service.Rpc, "a");
      endpoint.sendValue(0, Service.Rpc, say.words);
      say.words[0] = "too late"; // values are cloned when they are sent
      endpoint.sendText(0, Service.Rpc, "c");
      if (fails) endpoint.fail(new Error("down"));
      mesh.settle();
      expect(heard.splice(0)).toEqual(["a", "b", "c"]);
    }
    expect(() => endpoint.sendValue(0, Service.Rpc, () => 1)).toThrow("could not be cloned");
  });
});
