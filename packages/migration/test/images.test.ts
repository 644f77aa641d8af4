import {
  capture,
  defineProcess,
  type Frame,
  imageFromBytes,
  imageToBytes,
  MigrationError,
  type ProcessImage,
  pinnedBy,
  registerClass,
  revive,
  startProcess,
} from "@isles/migration";
import { afterAll, describe, expect, it } from "vitest";
import { Loaded, type Program } from "./support/differential.ts";

const loaded = new Loaded();
afterAll(() => loaded[Symbol.dispose]());

async function programs(text: string): Promise<Record<string, (...args: unknown[]) => Frame>> {
  const { compiled } = await loaded.loadText(text, "images");
  return compiled.programs as unknown as Record<string, (...args: unknown[]) => Frame>;
}

const copy = (image: ProcessImage) => imageFromBytes(imageToBytes(image));

describe("an image", () => {
  it("is a checkpoint: both copies go on alone", async () => {
    const { counter } = await programs(
      "export function* counter() { const seen = []; for (let i = 0; ; i++) { seen.push(i); yield seen.length; } }",
    );
    const first = counter!();
    first.next();
    first.next();
    const image = copy(capture(first));
    expect(first.next().value).toBe(3);
    const second = revive(image);
    const third = revive(image);
    expect([second.next().value, second.next().value, third.next().value, first.next().value]).toEqual([3, 4, 3, 4]);
  });

  it("takes references as references, once each, and arrives as the receiver's own", async () => {
    const { walk } = await programs(
      "export function* walk(grid) { const again = [grid, grid]; yield 1; return [grid, again[0] === again[1], grid === again[0]]; }",
    );
    const grid = { isGrid: true };
    const described: object[] = [];
    const references = {
      describe: (value: object, path: string) => {
        if (value !== grid) return undefined;
        described.push(value);
        expect(path).toBe("");
        return { grid: 7 };
      },
      resolve: (description: unknown) => ({ from: description }),
    };
    const process = walk!(grid);
    process.next();
    const image = copy(capture(process, { references }));
    expect(described).toEqual([grid]);
    expect(revive(image, { references }).next().value).toEqual([{ from: { grid: 7 } }, true, true]);
    const refuses = (_value: object, path: string) => {
      if (_value === grid) throw new MigrationError(path, "not today");
    };
    expect(pinnedBy(process, { references: { ...references, describe: refuses } })).toBe(
      'frame walk, local "grid": not today',
    );
  });

  it("takes what is here on every site by its name", async () => {
    const { where } = await programs(
      "export function* where(site) { const { memory } = site; for (;;) yield [site.id, memory.of, memory === site.memory]; }",
    );
    const siteOf = (id: number) => ({ id, memory: { of: id } });
    const namesOf = (site: ReturnType<typeof siteOf>) =>
      [
        ["site", site],
        ["memory", site.memory],
      ] as const;
    const [one, two] = [siteOf(1), siteOf(2)];
    const process = where!(one);
    expect(process.next().value).toEqual([1, 1, true]);
    const image = copy(capture(process, { here: new Map(namesOf(one).map(([name, value]) => [value, name])) }));
    expect(revive(image, { here: new Map<string, unknown>(namesOf(two)) }).next().value).toEqual([2, 2, true]);
    expect(() => revive(image)).toThrow(/has no "site" that every site should have/);
  });

  it("keeps registered classes, with or without a codec, and errors' classes", async () => {
    const { holds } = await programs(`
      export class Point { constructor(x) { this.x = x; } double() { return this.x * 2; } }
      export class Secret { #s; constructor(s) { this.#s = s; } get s() { return this.#s; } }
      export class Own extends Error {}
      export function* holds(register) {
        register(Point, Secret, Own);
        const point = new Point(4), secret = new Secret({ point }), own = new Own("mine", { cause: point });
        yield 1;
        return [point instanceof Point, point.double(), secret.s.point === point, own instanceof Own, own.message, own.cause === point];
      }`);
    type Secret = { readonly s: unknown };
    const register = (Point: new () => object, Secret: new (s: unknown) => Secret, Own: new () => Error) => {
      registerClass(Point);
      expect(() => registerClass(Secret)).toThrow(/private members.*pass \{ encode, decode \}/);
      registerClass(Secret, {
        encode: (one) => ({ kept: one.s }),
        decode: ({ kept }: { kept: unknown }) => new Secret(kept),
      });
      registerClass(Own);
    };
    const process = holds!(register);
    process.next();
    expect(revive(copy(capture(process))).next().value).toEqual([true, 8, true, true, "mine", true]);
  });

  it("is refused by another program, naming the function", async () => {
    const text = "export function* walk() { yield 1; yield 2; }";
    const process = (await programs(text)).walk!();
    process.next();
    const image = capture(process);
    const other = (await loaded.loadText(text.replace("2", "3"), "other")).compiled.programs;
    const program = (capture((other.walk as unknown as () => Frame)()) as ProcessImage).program;
    const names = [nameOf(image.program), nameOf(program)] as const;
    const nodes = image.nodes.map((node) => ("code" in node ? { ...node, code: node.code.replace(...names) } : node));
    expect(() => revive({ ...image, nodes }, { program })).toThrow(MigrationError);
    expect(() => revive({ ...image, nodes }, { program })).toThrow(
      /the function walk is not the one that this image was made with/,
    );
    expect(() => revive(image, { program: "file:///elsewhere/x.mjs" })).toThrow(
      /has no compiled function walk .*load the same program/,
    );
  });

  it("of a long chain of calls is made and used without recursion", async () => {
    const { nest } = await programs(
      "export function* nest(n) { if (n === 0) { for (;;) yield 'bottom'; } yield* nest(n - 1); }",
    );
    const process = nest!(20_000);
    expect(process.next().value).toBe("bottom");
    const again = revive(copy(capture(process)));
    const start = performance.now();
    for (let i = 0; i < 100_000; i++) again.next();
    expect(performance.now() - start).toBeLessThan(1_000); // O(depth) steps would take minutes
  });

  it("moving runs no finally; killing does", async () => {
    const { guarded } = await programs(
      "export function* guarded(done) { try { yield 1; } finally { done.push('cleaned'); } }",
    );
    const done: string[] = [];
    const process = guarded!(done);
    process.next();
    const here = { here: new Map<unknown, string>([[done, "done"]]) };
    const moved = revive(copy(capture(process, here)), { here: new Map([["done", done]]) });
    expect(done).toEqual([]);
    expect(moved.return("killed")).toEqual({ value: "killed", done: true });
    expect(done).toEqual(["cleaned"]);
  });

  it("is checked", () => {
    expect(() => imageFromBytes(new Uint8Array([1, 2, 3]))).toThrow(expect.objectContaining({ code: "MALFORMED" }));
    expect(() => revive({ version: 1, program: "file:///", root: 0, nodes: [] } as never)).toThrow(/version 1/);
  });
});

const nameOf = (url: string) => url.slice(url.lastIndexOf("/") + 1);

describe("what pins", () => {
  const cases: [string, string, string][] = [
    [
      "a native iterator",
      "const iterator = new Map().entries(); yield 1; iterator.next();",
      'frame p, local "iterator": a live native iterator (Map Iterator)',
    ],
    [
      "a promise in data",
      "const job = { steps: [1, { wait: Promise.resolve() }] }; yield 1; job;",
      'frame p, local "job".steps[1].wait: a promise: what will settle it stays behind',
    ],
    [
      "an unregistered class",
      "const map = new Map([['k', new (class Local {})()]]); yield 1; map;",
      'frame p, local "map".get("k"): an instance of Local, which is not registered: declare the class at the top level of its module, unless it is there, and call registerClass(Local) there, with encode and decode if its state is hidden',
    ],
    [
      "a callee's local",
      "yield* inner(); function* inner() { const w = new WeakSet(); yield 1; w; }",
      'frame p.inner, local "w": a weak collection, whose contents cannot be listed',
    ],
    [
      "a function from elsewhere",
      "const f = log.other; yield 1; f();",
      'frame p, local "f": the function other, which neither a process made nor the top of a module of the program declares',
    ],
    [
      "shared memory",
      "const s = new SharedArrayBuffer(8); yield 1; s;",
      'frame p, local "s": a SharedArrayBuffer, which is memory of this machine; use the site\'s shared memory',
    ],
    [
      "what a closure shares",
      "let p1 = Promise.resolve(); const f = () => p1; yield 1; f;",
      'frame p, local "f" (shared with a function): a promise: what will settle it stays behind',
    ],
    [
      "what an expression waits with",
      "log(Promise.resolve(), yield 1);",
      "frame p, a value under evaluation: a promise: what will settle it stays behind",
    ],
    [
      "an open socket",
      "const s = log.socket; yield 1; s;",
      'frame p, local "s": an instance of Socket, which is not registered: declare the class at the top level of its module, unless it is there, and call registerClass(Socket) there, with encode and decode if its state is hidden',
    ],
    [
      "a class of the program",
      "const t = new Top(); yield 1; t;",
      'frame p, local "t": an instance of Top, which is not registered: call registerClass(Top) at the top of the program, with',
    ],
    ["a yield* over one", "yield* log.native();", "frame p, yield* (iterated over): a live native generator"],
    ["a native generator", "const g = log.native(); yield 1; g;", 'frame p, local "g": a live native generator'],
  ];
  for (const [name, body, message] of cases) {
    it(name, async () => {
      const { compiled } = await loaded.loadText(`export function* p(log) { ${body} } class Top {}`, "pins");
      class Socket {}
      const log = Object.assign(() => 0, {
        other: function other() {},
        socket: new Socket(),
        *native() {
          yield 1;
        },
      });
      const process = (compiled.programs.p as Program)(log);
      process.next();
      expect(pinnedBy(process, { here: new Map([[log, "log"]]) })).toContain(message);
      process.next();
      expect(pinnedBy(process)).toBeUndefined();
    });
  }

  it("running, and only then", async () => {
    const { p } = await programs("export function* p(look) { look(); yield 1; }");
    let found: string | undefined;
    const look = () => {
      found = pinnedBy(process, { here: new Map([[look, "look"]]) });
    };
    const process: Frame = p!(look);
    process.next();
    expect(found).toBe("frame p: it is running; it can move only where it is suspended");
  });

  it("being no process at all", () => {
    expect(pinnedBy((function* () {})())).toMatch(/its generator function was not compiled/);
  });
});

describe("defineProcess", () => {
  it("accepts generator functions only", () => {
    expect(() => defineProcess((() => 1) as never)).toThrow(/takes a generator function/);
    expect(() => defineProcess(undefined as never)).toThrow(/takes a generator function/);
  });

  it("without the transform is only a name", () => {
    const walk = defineProcess(function* walk() {
      yield 1;
    });
    expect(() => startProcess(walk, [])).toThrow(
      /walk: its generator function was not compiled.*by this name or one that they import it under.*relative imports.*not of a package/,
    );
    expect(() => startProcess(() => 1, [])).toThrow(/this is no process/);
  });
});
