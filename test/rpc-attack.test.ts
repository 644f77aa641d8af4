import { CallLostError, CloneError, type Cluster, launch, UsageError, withOptions } from "isles";
import { afterAll, beforeAll, expect, test } from "vitest";
import type * as Program from "./src/rpc-attack.program.ts";

const program = new URL("./dist/rpc-attack.program.js", import.meta.url);
let cluster: Cluster<typeof Program>;
beforeAll(async () => {
  cluster = await launch<typeof Program>({ program, sites: 2 });
  await cluster.runAll("serve");
});
afterAll(() => cluster.close());

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => expect.fail(`it did not fail, but gave ${String(value)}`),
    (error: unknown) => error,
  );
const hostile = (site: number) => cluster.rpc.stub<Program.Hostile>(site, "hostile");

test("a callback that came in can be a member of a service, and of an object by reference", async () => {
  let heard = 0;
  await hostile(1).publish((by: number) => {
    heard += by;
  });
  await cluster.rpc.stub<{ fire(by: number): void }>(1, "published").fire(41);
  expect(heard).toBe(41);
});

test("what cannot be printed may be thrown where nobody waits", async () => {
  withOptions(hostile(1), { oneWay: true }).throwUnprintable();
  expect(await hostile(1).echo(1)).toBe(1);
});

test("a time limit beyond all clocks is none", async () => {
  for (const timeoutMs of [Number.MAX_VALUE, 2 ** 60, Infinity])
    expect(await withOptions(hostile(1), { timeoutMs }).echo(2)).toBe(2);
});

test("an abort while the arguments are packed is heard", async () => {
  const abort = new AbortController();
  const argument = {
    get value() {
      abort.abort(new RangeError("meanwhile"));
      return new Map();
    },
  };
  const error = await failure(withOptions(hostile(1), { signal: abort.signal }).echo(argument));
  expect(error).toMatchObject({ message: "meanwhile" });
});

test("the memory of shared arrays cannot be moved away, nor can a buffer twice", async () => {
  expect(await failure(cluster.run("moveMemory", undefined, { site: 0 }))).toBeInstanceOf(CloneError);
  expect(await cluster.run("sumMemory", undefined, { site: 1 })).toBe(10);
  const buffer = new ArrayBuffer(8);
  const moving = withOptions(hostile(1), { transfer: [buffer] });
  expect(((await moving.echo(buffer)) as ArrayBuffer).byteLength).toBe(8);
  expect(await failure(moving.echo(buffer))).toBeInstanceOf(CloneError);
});

test("calls that nest until the stack is used up end with an error, and both sites go on", async () => {
  for (const frames of [1, 150, 500]) {
    const error = await failure(cluster.run("recurse", frames, { site: 0 }));
    expect((error as Error).name, String(error)).toMatch(/LimitError|RangeError/);
    for (const site of [0, 1]) expect(await hostile(site).echo(site)).toBe(site);
  }
});

test("readers that wait for each other's asynchronous streams are told so", async () => {
  const outcomes = await cluster.runAll("readEachOther");
  expect(outcomes).toContain("DeadlockError");
}, 20_000);

test("what is this package's own is out of reach", async () => {
  expect(() => cluster.rpc.stub("launcher", "\u0000matchmaker")).toThrow(UsageError);
  expect(() => cluster.rpc.expose("x", { f: () => 1, g: () => 2 }, { mebers: ["f"] } as never)).toThrow(
    /no option mebers/,
  );
  expect(() => cluster.rpc.expose("x", { f: () => 1 }, { members: "f" } as never)).toThrow(UsageError);
});

test("calls that were given up are forgotten, though their method never ends", async () => {
  const abort = new AbortController();
  const calls = Array.from({ length: 1_000 }, () => withOptions(hostile(1), { signal: abort.signal }).never());
  await hostile(1).echo(1);
  abort.abort(new Error("enough"));
  await Promise.all(calls.map(failure));
  expect(await hostile(1).echo(1)).toBe(1);
});

test("what a site throws in its own time names the site, whatever it is", async () => {
  for (const what of ["null", "proxy"]) {
    await using victims = await launch<typeof Program>({ program, sites: 2 });
    await victims.runAll("serve");
    const stub = victims.rpc.stub<Program.Hostile>(1, "hostile");
    await stub.throwLater(what);
    const error = await failure(stub.never());
    expect(error).toBeInstanceOf(CallLostError);
    expect(error).toMatchObject({ site: 1 });
    expect(await victims.rpc.stub<Program.Hostile>(0, "hostile").echo(3)).toBe(3);
  }
});

test("a call of one's own site is as any other", async () => {
  expect(await cluster.run("callOneself", undefined, { site: 0 })).toEqual([[0, 1, 2], "read", true]);
});
