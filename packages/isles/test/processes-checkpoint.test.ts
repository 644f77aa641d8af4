import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "isles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchProcesses, until } from "./process-support.ts";
import { program, rejection } from "./support.ts";

type Launched = Awaited<ReturnType<typeof launchProcesses>>;
let cluster: Launched["cluster"];
/** Where programs are that tests change. */
let folder: string;

beforeAll(async () => {
  ({ cluster } = await launchProcesses(2));
  const out = fileURLToPath(new URL("./out/", import.meta.url));
  mkdirSync(out, { recursive: true });
  folder = mkdtempSync(join(out, "programs-"));
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a checkpoint", () => {
  it("is restored as often as one likes, with its mail, and the first goes on", async () => {
    const process = await cluster.spawn("counter", [100], { site: 0 });
    await process.send(1);
    await process.send(10);
    const bytes = await process.checkpoint();
    expect(bytes).toBeInstanceOf(Uint8Array);
    await process.send("stop");
    expect(await process.result).toBe(111);
    for (const site of [0, 1, 0]) {
      const again = await cluster.restore<number>(bytes, { site });
      expect([again.site, again.name, again.id > process.id]).toEqual([site, "counter", true]);
      await again.send(1_000);
      await again.send("stop");
      expect(await again.result).toBe(1_111);
    }
  });

  it("goes on in a later run, where shared arrays of that name are", async () => {
    const process = await cluster.spawn("counter", [7], { site: 1 });
    await process.send(1);
    const bytes = await process.checkpoint();
    await process.kill();
    const { cluster: later } = await launchProcesses(3);
    try {
      const again = await later.restore<number>(bytes, { site: 2 });
      await again.migrate(0);
      await again.send(2);
      await again.send("stop");
      expect(await again.result).toBe(10);
      expect((await again.info()).moves).toBe(1);
    } finally {
      await later.close();
    }
  });

  it("is what a process goes on from when its site is lost, with the messages since then", async () => {
    const { cluster: frail } = await launchProcesses(3);
    try {
      const saved = await frail.spawn("counter", [0], { site: 1 });
      const unsaved = await frail.spawn("counter", [0], { site: 1 });
      const elsewhere = await frail.spawn("counter", [0], { site: 0 });
      for (const process of [saved, unsaved, elsewhere]) await process.send(1);
      await saved.checkpoint();
      for (const process of [saved, unsaved, elsewhere]) await process.send(2);
      const waiting = unsaved.migrate(2, { timeoutMs: 5_000 }).catch((error: Error) => error);
      await frail.kill(1);
      await waiting;
      for (const process of [saved, elsewhere]) {
        await process.send(4);
        await process.send("stop");
        expect(await process.result).toBe(7);
      }
      const { restarts, state, site } = await saved.info();
      expect({ restarts, state }).toEqual({ restarts: 1, state: "returned" });
      expect(site).not.toBe(1);
      const info = await unsaved.info();
      if (info.state === "lost") {
        const error = await rejection(unsaved.result);
        expect([error.name, error.site]).toEqual(["SiteDownError", 1]);
        expect(error.message).toMatch(
          /was lost with site 1 \(its thread exited with code 1\): it had no checkpoint to go on from; handle\.checkpoint\(\)/,
        );
        expect((await rejection(unsaved.send(1))).code).toBe("PROCESS_OVER");
      }
    } finally {
      await frail.close();
    }
  });

  it("that is none is refused with the reason", async () => {
    const process = await cluster.spawn("counter", [7], { site: 1 });
    const bytes = await process.checkpoint();
    await process.kill();
    for (const wrong of [new Uint8Array(), new Uint8Array(10), bytes.slice(0, bytes.length / 2), "bytes", undefined]) {
      const error = await rejection(cluster.restore(wrong as never));
      expect([error.name, error.code]).toEqual(["IslesError", "MALFORMED"]);
      expect(error.message).toMatch(/these bytes are no checkpoint of a process/);
    }
    const { length } = bytes;
    let accepted = 0;
    for (let at = 0; at < length; at += 1 + Math.floor(length / 60)) {
      const broken = Uint8Array.from(bytes);
      broken[at]! ^= 0x55;
      const again = await cluster.restore(broken, { site: 0 }).catch((error: Error) => error);
      if (again instanceof Error) expect(again.message).not.toBe("");
      else {
        accepted++;
        await again.kill();
      }
    }
    expect(accepted).toBeLessThan(length);
    expect(await cluster.run("lockedFunction", 1, { site: 0 })).toBe(1); // and the site is as it was
  });
});

describe("a changed program", () => {
  const body = (step: string) => `import { defineProcess, receive } from "isles";
export const walk = defineProcess(function* () {
  let n = 0;
  for (;;) { if ((yield receive()) === "end") return n; ${step} }
});
export const other = defineProcess(function* () { yield; return 1; });
`;

  it.each([
    ["the same text", body("n++;"), 2],
    ["another comment elsewhere", body("n++;").replace("return 1", "/* one */ return 1"), 2],
    [
      "another step",
      body("n += 10;"),
      /the function walk is not the one that this image was made with .*: load the program as it was then/,
    ],
    ["no such process", body("n++;").replace("export const walk", "const walk"), /exports no process/],
  ])("%s", async (_what, text, expected) => {
    const file = join(folder, "walk.mjs");
    const options = { program: pathToFileURL(file), sites: 1 };
    writeFileSync(file, body("n++;"));
    const first = await launch(options);
    const process = await first.spawn("walk");
    await process.send("on");
    const bytes = await process.checkpoint();
    await first.close();
    expect((await rejection(process.result)).name).toBe("ClosedError");
    writeFileSync(file, text);
    await using second = await launch(options);
    const again = second.restore(bytes).then(async (restored) => {
      await restored.send("on");
      await restored.send("end");
      return restored.result;
    });
    if (typeof expected === "number") expect(await again).toBe(expected);
    else expect((await rejection(again)).message).toMatch(expected);
  });
});

describe("TypeScript", () => {
  it("processes run, move and name their own lines in errors", async () => {
    await using typescript = await launch({ program: program("process-typescript.ts"), sites: 2 });
    const typed = await typescript.spawn("typed", [5], { policy: "every-yield" });
    expect(await typed.result).toBe(23);
    const lines = readFileSync(program("process-typescript.ts"), "utf8").split("\n");
    const here = lines.findIndex((line) => line.includes("// here")) + 1;
    const column = lines[here - 1]!.indexOf("new RangeError") + 1;
    for (const policy of ["none", "every-yield"] as const) {
      const failing = await typescript.spawn("failing", [{ message: "deep", depth: 3 }], { policy });
      const error = await rejection(failing.result);
      expect([error.name, error.message]).toEqual(["RangeError", "deep"]);
      expect(error.stack).toContain(`process-typescript.ts:${here}:${column}`);
    }
  });

  it("so do plain modules, wherever the process is", async () => {
    const lines = readFileSync(program("process-behaviour.mjs"), "utf8").split("\n");
    const here = lines.findIndex((line) => line.includes("line of `deeper`")) + 1;
    const error = await rejection((await cluster.spawn("throws", ["x"], { policy: "every-yield" })).result);
    expect(error.stack).toContain(`process-behaviour.mjs:${here}:`);
  });
});

describe("close", () => {
  it("rejects what is under way with ClosedError, in every state", async () => {
    const { cluster: closing, diary } = await launchProcesses(2);
    const ways = ["loop", "receive", "timeout", "promise"];
    const processes = await Promise.all(ways.map((way) => closing.spawn("tidy", [way], { site: 0, policy: "none" })));
    processes.push((await closing.spawn("tidy", ["loop"], { policy: "every-yield" })) as never);
    await until("all have begun", () => diary.length === 5);
    const stubborn = await closing.spawn("stubborn", [400], { site: 1 });
    await until("it computes", () => diary.includes("stubborn"));
    const calls = [stubborn.migrate(0), stubborn.checkpoint(), processes[1]!.wait({ timeoutMs: 9_000 })];
    const outcomes = calls.map((call) => rejection(call));
    const killing = stubborn.kill(); // has what it wants
    await closing.close();
    for (const process of [...processes, stubborn]) expect((await rejection(process.result)).name).toBe("ClosedError");
    for (const outcome of outcomes) expect((await outcome).name).toBe("ClosedError");
    await killing;
    expect((await rejection(stubborn.migrate(0))).name).toBe("ClosedError");
    expect((await rejection(closing.spawn("inner", [1]))).name).toBe("ClosedError");
    expect((await rejection(closing.ps())).name).toBe("ClosedError");
  });
});
