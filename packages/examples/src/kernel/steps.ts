/** Progress of a kernel on Isles, where the launcher can see it. */
import type { Site } from "isles";
import type { KernelArgs } from "./contract.ts";

/** Two int32: steps done and steps in all. */
export const stepsName = (kernel: string): string => `${kernel} steps`;

/** Reports at most so often, in milliseconds: each takes a page back from the launcher. */
const REPORT_MS = 100;

/** One for all calls: the engine throws away what it has compiled for a function that called another one that is gone. */
const noSteps = (): void => undefined;

/** What a program calls after each step; does nothing unless progress was asked for, and nowhere but at site 0. */
export function stepsOf(site: Site, kernel: string, args: KernelArgs): (done: number, total: number) => void {
  if (args.progress !== true || site.id !== 0) return noSteps;
  const counter = site.memory.int32(stepsName(kernel), 2);
  let next = 0;
  return (done, total) => {
    const now = performance.now();
    if (now < next && done < total) return;
    next = now + REPORT_MS;
    using span = counter.write();
    span.view[0] = done;
    span.view[1] = total;
  };
}
