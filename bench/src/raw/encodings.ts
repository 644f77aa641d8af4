import type { BodyRing } from "@isles/transport";

/** What an end of a channel has at hand. */
export interface Wire {
  readonly out: BodyRing;
  readonly in: BodyRing;
  /** At least 64 KiB. */
  readonly page: Uint8Array;
}

/** A way to write a message: what is asked with, what is answered, and what the asker does with the answer. */
export interface Encoding {
  readonly ask: unknown;
  answer(wire: Wire): { message: unknown; transfer?: ArrayBuffer[] };
  take(wire: Wire, message: unknown): void;
}

const KIB = 1024;
const same = (message: unknown): Encoding => ({ ask: message, answer: () => ({ message }), take: () => undefined });

/** A page answered to a short string. */
const page = (answer: Encoding["answer"], take: Encoding["take"]): Encoding => ({ ask: "12345678", answer, take });

const ring = (bytes: number): Encoding =>
  page(
    ({ out, page }) => ({ message: String.fromCharCode(out.put(page, 0, bytes)) }),
    (wire, message) => wire.in.take((message as string).charCodeAt(0), bytes, wire.page, 0),
  );

const latin1 = (bytes: number): Encoding =>
  page(
    ({ page }) => ({ message: Buffer.from(page.buffer, 0, bytes).toString("latin1") }),
    ({ page }, message) => void Buffer.from(page.buffer).write(message as string, "latin1"),
  );

const cloned = (bytes: number): Encoding =>
  page(
    ({ page }) => ({ message: page.slice(0, bytes) }),
    ({ page }, message) => page.set(message as Uint8Array),
  );

const transferred = (bytes: number): Encoding =>
  page(
    ({ page }) => {
      const { buffer } = page.slice(0, bytes);
      return { message: buffer, transfer: [buffer as ArrayBuffer] };
    },
    ({ page }, message) => page.set(new Uint8Array(message as ArrayBuffer)),
  );

/** Everything `--only encodings` compares. The first is the yardstick. */
export const encodings = {
  "string of 8 one-byte characters": same("12345678"),
  "string of 8 two-byte characters": same("\u2031\u20322345678".slice(0, 8)),
  "string of 64 one-byte characters": same("12345678".repeat(8)),
  "one number": same(12_345_678),
  "array of 4 numbers": same([1, 2, 3, 4]),
  "object with 3 keys": same({ kind: 1, page: 2, from: 3 }),
  "4 KiB through the ring": ring(4 * KIB),
  "4 KiB as a one-byte string in the message": latin1(4 * KIB),
  "4 KiB as a cloned Uint8Array": cloned(4 * KIB),
  "4 KiB as a transferred ArrayBuffer": transferred(4 * KIB),
  "64 KiB through the ring": ring(64 * KIB),
  "64 KiB as a one-byte string in the message": latin1(64 * KIB),
  "64 KiB as a cloned Uint8Array": cloned(64 * KIB),
} as const satisfies Record<string, Encoding>;

export type EncodingName = keyof typeof encodings;
