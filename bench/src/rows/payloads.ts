import * as Comlink from "comlink";
import { withOptions } from "isles";
import type { Bench } from "../bench.ts";
import { timeEachAwaited } from "../programs/timing.ts";
import { timed } from "../result.ts";
import { CallPair } from "./call-pair.ts";
import { InTurn } from "./in-turn.ts";

const KIB = 1024;
const SIZES = [8, 64, 512, 4 * KIB, 32 * KIB, 256 * KIB, 2048 * KIB, 16_384 * KIB];
/** Bytes that a round moves at most, unless one operation already moves more. */
const BYTES_PER_ROUND = 4096 * KIB;

/** Calls that take a payload there and back, by its size and how it travels. */
export const payloads: Bench = {
  row: "payloads",
  title: "asynchronous call with a payload there and back, both threads in their event loops",
  extra: true,
  async *run(context) {
    await using pair = await CallPair.start();
    const { echo, rivals } = pair;
    const { comlink } = rivals;
    const sizes = context.options.quick ? SIZES.slice(0, 4) : SIZES;
    for (const size of sizes) {
      const count = Math.max(2, Math.min(context.operations / 4, Math.floor(BYTES_PER_ROUND / size)));
      const text = "x".repeat(size);
      const bytes = new Uint8Array(size).fill(7);
      // Whoever answers moves them back, so the next call has them again.
      const moved = { ours: bytes.slice(), comlink: bytes.slice(), bare: bytes.slice() };
      const ways = {
        "Uint8Array, copied": {
          ours: () => echo.echo(bytes),
          comlink: () => comlink.echo(bytes),
          bare: () => rivals.bare(bytes),
        },
        "Uint8Array, moved": {
          ours: async () => {
            const transfer = [moved.ours.buffer];
            moved.ours = await withOptions(echo, { transfer }).give(moved.ours);
          },
          comlink: async () => {
            moved.comlink = await comlink.give(Comlink.transfer(moved.comlink, [moved.comlink.buffer]));
          },
          bare: async () => {
            moved.bare = await rivals.bareMoved(moved.bare);
          },
        },
        "string of one-byte characters": {
          ours: () => echo.echo(text),
          comlink: () => comlink.echo(text),
          bare: () => rivals.bare(text),
        },
      };
      for (const [way, { ours, comlink, bare }] of Object.entries(ways)) {
        const name = `${sizeText(size)} ${way}`;
        const rounds = await InTurn.run({ ...context, warmUp: Math.min(context.warmUp, 2) }, name, {
          bare: () => timeEachAwaited(count, bare),
          ours: () => timeEachAwaited(count, ours),
          comlink: () => timeEachAwaited(count, comlink),
        });
        yield timed(name, rounds.against("ours", "comlink"), { yardstick: "Comlink over a MessageChannel" });
        yield timed(name, rounds.against("ours", "bare"), { yardstick: "bare MessagePort" });
      }
    }
  },
};

function sizeText(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  return bytes < KIB * KIB ? `${bytes / KIB} KiB` : `${bytes / KIB / KIB} MiB`;
}
