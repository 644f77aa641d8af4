import { defineProcess } from "@isles/migration";
import { countdown, type Log, thrower } from "./helper.ts";

interface Left {
  readonly left: string;
}

export const walk = defineProcess(function* (log: Log, from: number): Generator<number, string> {
  for (let i = from; i < from + 2; i++) {
    yield i;
  }
  const { left }: Left = { left: yield* countdown(log, 2) };
  return `${left} 1`;
});

export const fails = defineProcess(function* (log: Log): Generator<number> {
  yield 1;
  try {
    yield* thrower(log);
  } catch (cause) {
    throw new Error(`failed: ${(cause as Error).stack}`);
  }
});
