/** A thread of a kernel's serial, threads or message passing variant: it loads the module and runs it as often as it is told. */
import { parentPort, workerData } from "node:worker_threads";
import { alone, type KernelAnswer, type KernelArgs } from "@isles/examples";
import type { Crew } from "./crew.ts";
import { comlinkCrew, piscinaCrew } from "./crews.ts";
import { type TeamSeed, ThreadTeam } from "./team.ts";

/** Drives workers that are sent messages. */
export interface DriverTask {
  readonly variant: "piscina" | "comlink";
  readonly module: string;
  readonly workerModule: string;
  readonly workers: number;
}

export type HostTask =
  | { readonly variant: "serial"; readonly module: string }
  | { readonly variant: "threads"; readonly module: string; readonly seed: TeamSeed }
  | DriverTask;

export type HostReport = { readonly answer: KernelAnswer } | { readonly error: string } | { readonly ready: true };

interface KernelModule {
  run(team: unknown, args: KernelArgs): KernelAnswer | Promise<KernelAnswer>;
}

function report(message: HostReport): void {
  parentPort!.postMessage(message);
}

function fail(error: unknown): void {
  report({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

const task = workerData as HostTask;
const { run } = (await import(task.module)) as KernelModule;
const crew = task.variant === "piscina" || task.variant === "comlink" ? crewOf(task) : undefined;

function crewOf({ variant, workers, workerModule }: DriverTask): Crew {
  const module = new URL(workerModule);
  return variant === "piscina" ? piscinaCrew(workers, module) : comlinkCrew(workers, module, fail);
}

/** A new team for each round: its memory is taken again, from the start of the same heap. */
function teamOf(): unknown {
  return crew ?? (task.variant === "threads" ? new ThreadTeam(task.seed) : alone);
}

parentPort!.on("message", async (args: KernelArgs) => {
  try {
    report({ answer: await run(teamOf(), args) });
  } catch (error) {
    fail(error);
  }
});
report({ ready: true });
