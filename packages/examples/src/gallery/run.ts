/** Runs one example at some number of sites. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "isles";
import { type KernelAnswer, type KernelArgs, SIZES, type SizeName, type Verdict } from "../kernel/contract.ts";
import { stepsName } from "../kernel/steps.ts";
import { type Task, watch } from "../report/progress.ts";
import { metered, type Traffic } from "../report/traffic.ts";
import type { Example, Outcome } from "./example.ts";

/** How to run it. */
export interface ExampleRequest {
  readonly sites: number;
  readonly size: SizeName;
  /** Directory for the picture; it is there. */
  readonly out: string;
  readonly task: Task;
}

export interface ExampleResult {
  readonly example: string;
  readonly size: SizeName;
  readonly sites: number;
  readonly verdict: Verdict;
  /** Of one timed run, after one untimed. */
  readonly seconds: number;
  readonly traffic?: Traffic;
  /** Where the picture is. */
  readonly picture?: string;
}

/** Runs it, checks it, draws it. What fails is thrown; what comes out wrong is in the verdict. */
export async function runExample(example: Example, request: ExampleRequest): Promise<ExampleResult> {
  const { size, out, task } = request;
  const sites = example.own?.sites ?? request.sites;
  const outcome = await (example.own?.run({ sites, size, task }) ?? runKernelExample(example, { sites, size, task }));
  const { verdict, seconds, traffic, picture } = outcome;
  let path: string | undefined;
  if (picture !== undefined) {
    path = join(out, `${example.name}-${size}.${picture.extension}`);
    await writeFile(path, picture.content);
  }
  return {
    example: example.name,
    size,
    sites,
    verdict,
    seconds,
    ...(traffic && { traffic }),
    ...(path && { picture: path }),
  };
}

/** Whether there is a picture of it in the end. */
export function draws({ picture, own }: Example): boolean {
  return picture !== undefined || own?.draws === true;
}

/** Where a kernel's built program is. */
export function programOf(name: string): URL {
  return new URL(`../programs/${name}.program.js`, import.meta.url);
}

async function runKernelExample(
  { name, picture }: Example,
  { sites, size, task }: Omit<ExampleRequest, "out">,
): Promise<Outcome> {
  await using cluster = await launch({ program: programOf(name), sites });
  const warmUp: KernelArgs = { size, check: false };
  await cluster.runAll(name, warmUp);
  const args: KernelArgs = { size, progress: true };
  const steps = await cluster.memory.async.int32(stepsName(name), 2);
  const { result, traffic } = await metered(cluster, () =>
    watch(cluster.runAll(name, args), steps, (done, total) => {
      if (total! > 0) task.update(done!, total);
    }),
  );
  const answers = result as KernelAnswer[];
  return {
    verdict: verdictOf(name, answers[0]),
    seconds: Math.max(...answers.map(({ seconds }) => seconds[0] ?? Number.NaN)),
    traffic,
    ...(picture && { picture: await picture(cluster, size) }),
  };
}

/** A program that checked nothing has not been verified. */
function verdictOf(name: string, answer: KernelAnswer | undefined): Verdict {
  return answer?.verdict ?? { ok: false, against: "nothing", found: `${name} returned no verdict` };
}

/** The size wanted if the example has it, else the next smaller one, else its smallest. */
export function sizeFor({ sizes }: Example, wanted: SizeName): SizeName {
  const there = SIZES.filter((size) => sizes[size] !== undefined);
  return there.findLast((size) => SIZES.indexOf(size) <= SIZES.indexOf(wanted)) ?? there[0] ?? wanted;
}
