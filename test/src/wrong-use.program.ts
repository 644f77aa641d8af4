import type { SharedArray, Site } from "isles";

/** Misbehaviour, one function each; test/wrong-use.test.ts says what must come of it. */

export const id = (_site: Site, value: unknown): unknown => value;

/** An unhandled rejection ends the thread some time after the function has returned. */
export function unhandled(site: Site): number {
  if (site.id === 1) void Promise.reject(new Error("nobody looks"));
  return site.id;
}

export function sleepOnFreed(site: Site): string {
  const words = site.memory.int32("words", 4);
  site.barrier();
  if (site.id > 0) return words.wait(0, 0);
  // Long enough for the others to sleep; if it were not, they would get the same error from the array.
  site.memory.int32("clock", 1).wait(0, 0, 50);
  site.memory.free("words");
  return "freed";
}

export const detached = (): Uint8Array => {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
};

export function throwStrange(_site: Site, how: string): never {
  if (how === "no prototype") throw Object.create(null);
  if (how === "throwing toString") {
    throw {
      toString() {
        throw new Error("no words");
      },
    };
  }
  if (how === "function as message") throw Object.assign(new Error(), { message: () => 1 });
  if (how === "name of Object.prototype") throw Object.assign(new Error("named"), { name: "toString" });
  throw new Proxy(new Error("hidden"), {
    get() {
      throw new Error("keep out");
    },
  });
}

export function spin(site: Site, { how }: { how: "throw" | "wait" }): number {
  const flag = site.memory.int32("flag", 1);
  site.barrier();
  if (site.id === 0 && how === "throw") throw new RangeError("no more");
  while (flag.get(0) === 0);
  return flag.get(0);
}

export function keep(_site: Site, array: SharedArray<Int32Array>): number {
  return array.get(0);
}

export function listen(site: Site): void {
  site.signal.addEventListener("abort", () => site.memory.int32("heard", 1).add(0, 1));
  site.barrier("never");
}

export function chatter(site: Site, lines: number): void {
  for (let i = 0; i < lines; i++) console.log(`site ${site.id} line ${i}`);
}

export function blockInOperator(site: Site): number {
  return site.reduce("r", 1, (a, b) => {
    site.barrier("inside");
    return a + b;
  });
}

export class NotAFunction {}

/** A span's view is a window on the whole array, which must not travel along. */
export function viewOfSpan(site: Site): { view: Float64Array; sum: number } {
  const large = site.memory.float64("large", 1_000_000);
  if (site.id === 0) large.set(5, 2.5);
  site.barrier();
  using part = large.read(4, 7);
  const { sum } = site.broadcast("views", 0, { sum: 1, view: part.view });
  return { view: part.view, sum };
}

/** Every site reads what site 0 has written, so each gets a page. */
export function touch(site: Site): number {
  const shared = site.memory.int32("shared", 16, { home: 0 });
  site.barrier();
  const value = shared.get(3);
  site.barrier();
  return value;
}
