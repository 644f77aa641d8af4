import { defineProcess } from "@isles/migration";
import { countdown, thrower } from "./helper.mjs";

export const walk = defineProcess(function* (log, from) {
  for (let i = from; i < from + 2; i++) yield i;
  return `${yield* countdown(log, 2)} 1`;
});

export const fails = defineProcess(function* (log) {
  yield 1;
  try {
    yield* thrower(log);
  } catch (cause) {
    throw new Error(`failed: ${cause.stack}`);
  }
});
