import { type Cluster, type LaunchOptions, launch, type ProcessHandle, type ProcessInfo } from "isles";
import { expect } from "vitest";
import type * as Behaviour from "./programs/process-behaviour.mjs";
import { program } from "./support.ts";

/** A cluster of the processes that tests run, and the diary that they write. */
export async function launchProcesses(sites: number, options: Partial<LaunchOptions> = {}) {
  const cluster = await launch<typeof Behaviour>({ program: program("process-behaviour.mjs"), sites, ...options });
  const diary: string[] = [];
  cluster.rpc.expose("diary", {
    write(line: string): void {
      diary.push(line);
    },
  });
  return { cluster, diary };
}

/** Waits until something is so; fails if it is not in five seconds. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`it is not so that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A process's line of `ps`. */
export async function line(cluster: Cluster<never>, process: ProcessHandle): Promise<ProcessInfo> {
  const found = (await cluster.ps()).find(({ id }) => id === process.id);
  expect(found).toBeDefined();
  return found!;
}
