/** The report's charts, as Vega-Lite has them. */
import type { TopLevelSpec } from "vega-lite";
import { median } from "../figures.ts";
import { isSound, type KernelRun } from "../macro/kernel-run.ts";
import { VARIANTS } from "../macro/kernels.ts";
import { nameOf, PARTS } from "../macro/tables.ts";
import type { Result } from "../result.ts";
import { inPage, partColours, variantColours } from "./palette.ts";

const axis = {
  labelColor: inPage("ink"),
  titleColor: inPage("faint"),
  gridColor: inPage("grid"),
  domainColor: inPage("faint"),
  tickColor: inPage("faint"),
  labelFontSize: 12,
  titleFontSize: 12,
  titleFontWeight: "normal",
} as const;

const config = {
  background: "transparent",
  font: "system-ui, sans-serif",
  axis,
  view: { stroke: null },
  legend: { labelColor: inPage("ink"), titleColor: inPage("faint"), labelFontSize: 12, symbolSize: 120 },
  text: { color: inPage("ink") },
} as const;

/** Bars of measurements longer or shorter than their bounds: left of the line is within. Undefined if none has a bound. */
export function targetChart(results: readonly Result[]): TopLevelSpec | undefined {
  const values = results.flatMap(({ row, name, yardstick, ratio, target, met }) => {
    if (target === null || !(ratio > 0)) return [];
    const bound = Number(target.slice("<= ".length));
    const used = target.startsWith("<=") ? ratio / bound : bound / ratio;
    const verdict = met ? "met" : "missed";
    return [
      { label: `${row}. ${name} ÷ ${yardstick.name}`, used, verdict, text: `${ratio.toPrecision(3)} (${target})` },
    ];
  });
  if (values.length === 0) return undefined;
  const most = Math.max(2, ...values.map(({ used }) => used));
  const least = Math.min(0.5, ...values.map(({ used }) => used));
  const y = {
    field: "label",
    type: "nominal",
    sort: null,
    title: null,
    axis: { labelLimit: 0, ticks: false },
  } as const;
  return {
    data: { values },
    width: 420,
    height: { step: 20 },
    config,
    layer: [
      {
        mark: { type: "bar", height: 12 },
        encoding: {
          y,
          x: {
            field: "used",
            type: "quantitative",
            scale: { type: "log", domain: [least / 3, most * 3] },
            axis: { title: "of what the target allows (1 = just met; left is better)", values: ticks(least, most) },
          },
          x2: { datum: 1 },
          color: {
            field: "verdict",
            type: "nominal",
            title: null,
            scale: { domain: ["met", "missed"], range: [inPage("blue"), inPage("red")] },
          },
        },
      },
      { mark: { type: "rule", color: inPage("ink") }, encoding: { x: { datum: 1 } } },
      {
        mark: { type: "text", align: "left", dx: 5, fontSize: 11 },
        encoding: { y, x: { field: "used", type: "quantitative" }, text: { field: "text", type: "nominal" } },
        transform: [{ filter: "datum.used >= 1" }],
      },
      {
        mark: { type: "text", align: "right", dx: -5, fontSize: 11 },
        encoding: { y, x: { field: "used", type: "quantitative" }, text: { field: "text", type: "nominal" } },
        transform: [{ filter: "datum.used < 1" }],
      },
    ],
  };
}

function ticks(least: number, most: number): number[] {
  return [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].filter((tick) => tick >= least / 3 && tick <= most * 3);
}

function variantsOf(runs: readonly KernelRun[]): { domain: string[]; range: string[] } {
  const there = VARIANTS.filter((variant) => runs.some((run) => run.variant === variant));
  return { domain: there.map(nameOf), range: there.map((variant) => inPage(variantColours[variant])) };
}

/** Seconds by number of workers and variant: a bar to the median, a stroke for each round. */
export function timesChart(runs: readonly KernelRun[]): TopLevelSpec | undefined {
  const sound = runs.filter(isSound);
  const values = sound.map((run) => ({
    workers: run.variant === "serial" ? "serial" : String(run.workers),
    variant: nameOf(run.variant),
    seconds: median(run.seconds),
  }));
  if (values.length === 0) return undefined;
  const rounds = sound.flatMap((run) =>
    run.seconds.map((seconds) => ({
      workers: run.variant === "serial" ? "serial" : String(run.workers),
      variant: nameOf(run.variant),
      seconds,
    })),
  );
  const encoding = {
    x: {
      field: "workers",
      type: "nominal",
      sort: null,
      title: "sites, threads or workers",
      axis: { labelAngle: 0 },
      scale: { paddingInner: 0.25 },
    },
    xOffset: { field: "variant", type: "nominal", sort: variantsOf(sound).domain },
    y: { field: "seconds", type: "quantitative", title: "seconds" },
  } as const;
  const color = { field: "variant", type: "nominal", title: null, scale: variantsOf(sound) } as const;
  return {
    width: 440,
    height: 220,
    config,
    layer: [
      { data: { values }, mark: "bar", encoding: { ...encoding, color } },
      {
        data: { values: rounds },
        mark: { type: "tick", color: inPage("ink"), opacity: 0.6, thickness: 1, width: 8 },
        encoding,
      },
    ],
  };
}

/** Speedup over the serial loop by number of workers. Undefined without a serial run, or with one number only. */
export function speedupChart(runs: readonly KernelRun[], cores: number): TopLevelSpec | undefined {
  const sound = runs.filter((run) => isSound(run) && run.variant !== "serial" && run.speedup !== null);
  const values = sound.map((run) => ({ workers: run.workers, variant: nameOf(run.variant), speedup: run.speedup }));
  const counts = [...new Set(values.map(({ workers }) => workers))].sort((a, b) => a - b);
  if (counts.length < 2) return undefined;
  const ideal = counts.map((workers) => ({ workers, speedup: Math.min(workers, cores) }));
  const x = {
    field: "workers",
    type: "quantitative",
    title: "sites, threads or workers",
    scale: { type: "log", base: 2, nice: false },
    axis: { values: counts, grid: false },
  } as const;
  const y = { field: "speedup", type: "quantitative", title: "times the serial loop's speed" } as const;
  const scale = variantsOf(sound);
  const color = { field: "variant", type: "nominal", title: null, scale } as const;
  return {
    width: 300,
    height: 220,
    config,
    layer: [
      {
        data: { values: ideal },
        mark: { type: "line", strokeDash: [4, 4], color: inPage("faint") },
        encoding: { x, y },
      },
      { data: { values }, mark: { type: "line", strokeWidth: 2 }, encoding: { x, y, color } },
      {
        data: { values },
        mark: { type: "point", filled: true, size: 60, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          shape: { field: "variant", type: "nominal", title: null, scale: { domain: scale.domain } },
        },
      },
    ],
  };
}

/** Where each site's time went, in milliseconds of a run. Undefined if nobody can say. */
export function breakdownChart(runs: readonly KernelRun[]): TopLevelSpec | undefined {
  const values = runs.filter(isSound).flatMap(({ workers, breakdown }) =>
    (breakdown ?? []).flatMap((one, site) =>
      PARTS.map(({ key, name }, order) => ({
        site: workers === 1 ? "1 site" : `${workers} sites: ${site}`,
        part: name,
        ms: one[key],
        order,
      })),
    ),
  );
  if (values.length === 0) return undefined;
  return {
    data: { values },
    width: 520,
    height: { step: 20 },
    config,
    mark: { type: "bar", height: 14 },
    encoding: {
      y: { field: "site", type: "nominal", sort: null, title: null },
      x: { field: "ms", type: "quantitative", title: "milliseconds of a run", stack: "zero" },
      color: {
        field: "part",
        type: "nominal",
        title: null,
        scale: { domain: PARTS.map(({ name }) => name), range: partColours.map(inPage) },
      },
      order: { field: "order" },
    },
  };
}
