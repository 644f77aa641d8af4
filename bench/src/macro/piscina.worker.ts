/** What each thread of the Piscina crew runs: one function of the kernel's worker module. */
import { workerData } from "node:worker_threads";
import { move, transferableSymbol, valueSymbol } from "piscina";
import { buffersOf } from "./give-away.ts";

export interface PiscinaCall {
  readonly name: string;
  readonly args: readonly unknown[];
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

const functions = (await import((workerData as { module: string }).module)) as Functions;

export default async function call({ name, args }: PiscinaCall): Promise<unknown> {
  const result = await functions[name]!(...args);
  const buffers = buffersOf(result);
  if (buffers.length === 0) return result;
  return move({
    get [transferableSymbol]() {
      return buffers;
    },
    get [valueSymbol]() {
      return result;
    },
  } as never);
}
