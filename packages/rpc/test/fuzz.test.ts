import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byReference } from "../src/index.ts";
import { type Any, FakeNet, prng } from "./fake-net.ts";
import { batch, cloned, encoded, mutated, NEXT } from "./hostile-frames.ts";

/** The endpoint that is attacked, the ones that attack, and one that only goes about its business. */
const VICTIM = 1;
const HOSTILE = 0;
const HONEST = 2;

interface Arena {
  readonly net: FakeNet;
  /** How often a method ran that only a reference's holder may call. */
  secrets(): number;
  readonly kept: Any[];
}

async function arena(seed: number): Promise<Arena> {
  const net = new FakeNet({ seed, limits: { maxCalls: 50 } });
  let secrets = 0;
  const kept: Any[] = [];
  for (const self of [VICTIM, HONEST])
    net.rpc(self).expose("s", {
      echo: (...args: unknown[]) => args[0],
      never: () => new Promise(() => undefined),
      make: () => byReference({ hit: () => 1 }),
      stream: async function* () {
        yield 1;
      },
      keep: (...args: unknown[]) => void kept.push(...args),
    });
  const secret = byReference({ hit: () => ++secrets });
  await net.run(net.stub(VICTIM, HONEST, "s").keep(secret));
  return { net, secrets: () => secrets, kept };
}

function deliver({ net }: Arena, from: number, message: string | { value: unknown }): void {
  if (typeof message === "string") net.hosts[VICTIM]!.handler.text(from, message);
  else net.hosts[VICTIM]!.handler.value(from, message.value);
}

/** The victim serves and calls everybody whose session is not their own to spoil, and its secret is still one. */
async function expectWell({ net, secrets, kept }: Arena): Promise<void> {
  const value = { n: [1, new Map([["k", -0]])] };
  const [one, two, three] = await net.run(
    net.stub(HONEST, VICTIM, "s").echo(value),
    net.stub(VICTIM, HONEST, "s").echo(value),
    net.stub(3, VICTIM, "s").echo(1),
  );
  expect([one, two, three]).toEqual([value, value, 1]);
  expect(secrets()).toBe(0);
  expect(await net.run(kept[0].hit())).toEqual([1]);
  expect(secrets()).toBe(1);
}

describe("hostile messages", () => {
  it.each([
    ["text", batch],
    ["cloned values", cloned.map((it) => ({ value: it }))],
  ] as [string, fc.Arbitrary<string | string[] | { value: unknown }>][])(
    "of %s break nothing for anybody else",
    async (_kind, message) => {
      let malformed = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(message, { minLength: 20, maxLength: 60 }), fc.nat(), async (messages, seed) => {
          const world = await arena(seed);
          let id = 0;
          const numbered = (text: string): string => text.replaceAll(NEXT, () => String(++id));
          for (const one of messages) deliver(world, HOSTILE, encoded(one, numbered));
          await world.net.settle();
          malformed += world.net.node(VICTIM).stats.malformed;
          expect(world.net.node(VICTIM).entries).toBeLessThan(300);
          await expectWell(world);
          world.net.lose(HOSTILE);
          await world.net.settle();
          // The secret is what is left, and what the hostile endpoint made the victim listen to.
          expect(world.net.node(VICTIM).exports.size).toBe(1);
        }),
        { numRuns: 300 },
      );
      expect(malformed).toBeGreaterThan(500);
    },
  );

  it("made of others' traffic, replayed, cut and with other numbers, from every endpoint, break nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const world = await arena(seed);
        const { net } = world;
        const random = prng(seed);
        const from = net.stub(HONEST, VICTIM, "s");
        const [made] = await net.run(
          from.make(),
          from.echo(byReference({ f: () => 1 })),
          from.keep(() => 1, new AbortController().signal),
        );
        const [stream] = await net.run(from.stream());
        await net.run(made.hit(), stream.next(), from.make().hit(), net.stub(VICTIM, HONEST, "s").make().hit());
        const secrets = [...net.sent].flatMap(({ text }) => [...text.matchAll(/o1;\d+;\d+;/g)].map(([one]) => one));
        const seen = [...net.sent];
        for (let round = 0; round < 40; round++) {
          const original = seen[Math.floor(random() * seen.length)]!;
          const message = mutated(original.text, random, secrets);
          // Whoever knows a key may use it; an endpoint's own session is its own to spoil.
          if (original.value === undefined) deliver(world, HOSTILE, message);
          else deliver(world, HOSTILE, { value: structuredClone(original.value.it) });
          deliver(world, 3, original.text.slice(0, Math.floor(random() * original.text.length)));
        }
        await net.settle();
        expect(world.secrets()).toBe(0);
        expect(net.node(VICTIM).entries).toBeLessThan(300);
        expect(await net.run(net.stub(HONEST, VICTIM, "s").echo(5), made.hit())).toEqual([5, 1]);
        expect(await net.run(world.kept[0].hit())).toEqual([1]);
      }),
      { numRuns: 300 },
    );
  });

  it("have to guess 2^32 keys to reach an object, and releasing it takes one as well", async () => {
    const world = await arena(1);
    const { net } = world;
    const id = 1;
    for (let guess = 0; guess < 3_000; guess++) {
      const calling = `C${guess + 1};w0;o${id};${guess};3;hit0;`;
      const passed = `D${id};${guess};`;
      deliver(world, HOSTILE, `${calling.length};${calling}${passed.length};${passed}`);
    }
    await net.settle();
    expect(net.node(VICTIM).exports.size).toBe(1);
    await expectWell(world);
  });

  it("that fill the limit of calls in flight are refused, and others are not", async () => {
    const world = await arena(1);
    for (let id = 1; id < 200; id++) {
      const text = `C${id};r0;s1;s5;never0;`;
      deliver(world, HOSTILE, `${text.length};${text}`);
    }
    await world.net.settle();
    expect(world.net.node(VICTIM).entries).toBe(51);
    await expectWell(world);
  });
});
