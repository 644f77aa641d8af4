import os from "node:os";

/** What a figure was measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  /** One-minute load average when the row began. */
  readonly load: number;
  /** Share of all cores that other processes used while the row ran, 0 to 1. */
  readonly othersBusy: number;
}

/** Above this share of the machine taken by others, results are marked as doubtful. */
export const BUSY = 0.1;

/** Watches who uses the processors while a row runs. */
export class Watch {
  readonly #load = os.loadavg()[0]!;
  readonly #start = processorTimes();
  readonly #own = process.cpuUsage();

  get machine(): Machine {
    const now = processorTimes();
    const own = process.cpuUsage(this.#own);
    const total = now.total - this.#start.total;
    const others = now.busy - this.#start.busy - (own.user + own.system) / 1000;
    return {
      cpu: os.cpus()[0]?.model.trim() ?? "unknown",
      cores: os.availableParallelism(),
      node: process.versions.node,
      v8: process.versions.v8,
      platform: `${os.platform()} ${os.arch()}`,
      load: round(this.#load),
      othersBusy: total > 0 ? round(Math.max(0, others / total)) : 0,
    };
  }
}

/** Milliseconds since boot, over all processors. */
function processorTimes(): { busy: number; total: number } {
  let busy = 0;
  let total = 0;
  for (const { times } of os.cpus()) {
    const sum = times.user + times.nice + times.sys + times.irq + times.idle;
    busy += sum - times.idle;
    total += sum;
  }
  return { busy, total };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
