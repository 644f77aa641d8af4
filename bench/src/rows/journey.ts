import { IslesError } from "isles";
import type { ProcessesCluster } from "../clusters.ts";
import { type Ballast, travels } from "../programs/processes.program.ts";

/** The launcher rests for so long between two moves, in milliseconds: every move finds all threads but the process's idle. */
const REST_MS = 2;

/** The moves of one process between sites 0 and 1, in microseconds. */
export interface Journey {
  /** From its last step at the one site to its first at the other. */
  readonly freezes: Float64Array;
  /** What `migrate` took, from the call until its promise settled. */
  readonly calls: number[];
}

/** A process with a ballast is moved to and fro until it has made so many moves. */
export async function journey(cluster: ProcessesCluster, moves: number, ballast: Ballast): Promise<Journey> {
  const process = await cluster.spawn(travels, [moves, ballast], { site: 0 });
  const calls: number[] = [];
  for (let isOver = false; !isOver; ) {
    const start = performance.now();
    isOver = await process.migrate(1 - process.site).then(() => false, isAnEnd);
    if (!isOver) calls.push((performance.now() - start) * 1000);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  return { freezes: await process.result, calls };
}

/** It ends by itself when it has made its moves, perhaps while the next one is under way. */
function isAnEnd(error: unknown): true {
  if (error instanceof IslesError && ["PROCESS_OVER", "CANNOT_MIGRATE"].includes(error.code)) return true;
  throw error;
}
