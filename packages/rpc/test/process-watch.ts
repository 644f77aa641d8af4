import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { FakeNet } from "./fake-net.ts";

/** Collects what the process would report as rejections that nobody handles while `code` runs. */
export async function unhandledDuring(code: () => Promise<unknown>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  const listen = (error: unknown): void => void unhandled.push(error);
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", listen);
  try {
    await code();
    // They are reported between turns of the event loop.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeListener("unhandledRejection", listen);
    for (const other of others) process.on("unhandledRejection", other);
  }
  return unhandled;
}

/** Until all that nobody uses is collected, and those who are told of it have been. */
export async function collectGarbage(net: FakeNet): Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  for (let round = 0; round < 4; round++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve)); // what was collected is told between turns
    await net.settle();
  }
}
