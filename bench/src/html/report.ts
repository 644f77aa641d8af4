import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeOutFolder } from "@isles/examples";
import type { TopLevelSpec } from "vega-lite";
import type { Differences } from "../compare.ts";
import { type AnyResult, isKernelResult, type KernelResult, type Result } from "../result.ts";
import { breakdownChart, speedupChart, targetChart, timesChart } from "./charts.ts";
import { draw } from "./draw.ts";
import { type KernelSection, type Picture, pageOf } from "./page.ts";
import { onPaper } from "./palette.ts";

/** Writes `index.html` and each of its charts as an SVG file; returns the page's path. Throws Error if there are no results. */
export async function writeReport(
  folder: string,
  results: readonly AnyResult[],
  differences: Differences | undefined,
): Promise<string> {
  if (results.length === 0) throw new Error("no results: there is nothing to report");
  const rows = results.filter((result): result is Result => !isKernelResult(result));
  const targets = await pictureOf("targets", "Each measurement's ratio against its target", targetChart(rows));
  const kernels: KernelSection[] = [];
  for (const runs of byKernel(results)) kernels.push(await sectionOf(runs));
  const page = pageOf({ results: rows, targets, kernels, differences });
  await makeOutFolder(folder, "--report");
  const path = join(folder, "index.html");
  await writeFile(path, page);
  const pictures = [...(targets === undefined ? [] : [targets]), ...kernels.flatMap((section) => section.pictures)];
  for (const { name, svg } of pictures) await writeFile(join(folder, `${name}.svg`), onPaper(svg));
  return path;
}

function byKernel(results: readonly AnyResult[]): readonly KernelResult[][] {
  const sections = new Map<string, KernelResult[]>();
  for (const result of results) {
    if (!isKernelResult(result)) continue;
    const key = `${result.kernel} ${result.size}`;
    const runs = sections.get(key) ?? [];
    runs.push(result);
    sections.set(key, runs);
  }
  return [...sections.values()];
}

async function sectionOf(runs: readonly KernelResult[]): Promise<KernelSection> {
  const { kernel, size, machine } = runs[0]!;
  const isles = runs.filter(({ variant }) => variant === "isles");
  const title = `${kernel}, size ${size}`;
  const pictures = [
    await pictureOf(`${kernel}-${size}-times`, `${title}: medians of the rounds, and each round`, timesChart(runs)),
    await pictureOf(
      `${kernel}-${size}-speedup`,
      `${title}: speedup over the serial loop; dashed: as many cores as there are`,
      speedupChart(runs, machine.cores),
    ),
    await pictureOf(`${kernel}-${size}-breakdown`, `${title}: where each site's time goes`, breakdownChart(isles)),
  ];
  return { runs, pictures: pictures.filter((picture) => picture !== undefined) };
}

async function pictureOf(name: string, caption: string, spec: TopLevelSpec | undefined): Promise<Picture | undefined> {
  return spec === undefined ? undefined : { name, caption, svg: await draw(spec) };
}
