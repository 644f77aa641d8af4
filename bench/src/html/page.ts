/** The report as one file: tables in HTML, charts as SVG in it. No scripts, nothing from elsewhere. */
import { type Compared, type Differences, differenceLines } from "../compare.ts";
import { figure, median } from "../figures.ts";
import { isSound } from "../macro/kernel-run.ts";
import { nameOf } from "../macro/tables.ts";
import type { AnyResult, KernelResult, Result } from "../result.ts";
import { styleOfColours } from "./palette.ts";

/** A chart of the page, and the name of the file that has it on its own. */
export interface Picture {
  readonly name: string;
  readonly caption: string;
  readonly svg: string;
}

/** All runs of one kernel and size, with their charts. */
export interface KernelSection {
  readonly runs: readonly KernelResult[];
  readonly pictures: readonly Picture[];
}

export interface PageParts {
  readonly results: readonly Result[];
  readonly targets: Picture | undefined;
  readonly kernels: readonly KernelSection[];
  readonly differences: Differences | undefined;
}

/** The page of a run that gave at least one result. */
export function pageOf({ results, targets, kernels, differences }: PageParts): string {
  const all: AnyResult[] = [...results, ...kernels.flatMap(({ runs }) => runs)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Isles: benchmarks</title>
<style>
${styleOfColours}
${style}
</style>
</head>
<body>
<h1>Isles: benchmarks</h1>
${machineText(all)}
${differences === undefined ? "" : differencesText(differences)}
${targets === undefined ? "" : `<h2>Against the targets</h2>\n${pictureText(targets)}`}
${results.length === 0 ? "" : `<h2>Rows</h2>\n${resultsTable(results)}`}
${kernels.map(kernelText).join("\n")}
</body>
</html>
`;
}

const style = `body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1, h2, h3 { font-weight: 600; line-height: 1.2; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .75rem 0; }
th, td { padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
th { color: var(--faint); font-weight: 400; } td.n, th.n { text-align: right; }
.met { color: var(--blue); } .missed, .wrong { color: var(--red); font-weight: 600; } .faint { color: var(--faint); }
figure { display: inline-block; margin: .5rem 1.5rem .5rem 0; vertical-align: top; max-width: 100%; overflow-x: auto; } figcaption { color: var(--faint); }
.wide { overflow-x: auto; }`;

function machineText(results: readonly AnyResult[]): string {
  const { machine } = results[0]!;
  const dates = results.map(({ date }) => date).sort();
  const busiest = Math.max(...results.map((result) => result.machine.othersBusy));
  const busy =
    busiest > 0.1
      ? ` <span class="missed">Other processes used up to ${Math.round(busiest * 100)} % of the machine: believe ratios a little and times not at all.</span>`
      : "";
  return `<p>${escaped(machine.cpu)}, ${machine.cores} cores, ${escaped(machine.platform)}, Node ${escaped(machine.node)};
${escaped(dates[0]!)} to ${escaped(dates.at(-1)!)}.${busy}</p>
<p class="faint">Every ratio is the median over rounds, of a subject and its yardstick measured in turn in the same run.</p>`;
}

function differencesText(differences: Differences): string {
  const classes: Partial<Record<Compared["change"], string>> = { slower: "missed", broken: "wrong", faster: "met" };
  const [, ...lines] = differenceLines(differences, "the earlier run");
  const items = lines.map((line) => {
    const change = line.trim().split(" ", 1)[0]!.toLowerCase() as Compared["change"];
    return `<li class="${classes[change] ?? ""}">${escaped(line.trim())}</li>`;
  });
  return `<h2>Since the earlier run</h2>\n<ul>${items.join("\n")}</ul>`;
}

function resultsTable(results: readonly Result[]): string {
  const head = tableRow("th", ["Row", "What", "p50", "p99", "Yardstick", "Ratio", "Target", ""]);
  const rows = results.map((result) => {
    const { row, name, value, unit, p99, yardstick, ratio, target, met, failed } = result;
    const verdict = met === null ? "" : met ? `<span class="met">met</span>` : `<span class="missed">missed</span>`;
    const why = failed === undefined ? "" : ` <span class="wrong">${escaped(failed)}</span>`;
    return tableRow("td", [
      escaped(row),
      escaped(name),
      `${figure(value)} ${escaped(unit)}`,
      figure(p99),
      `${escaped(yardstick.name)}: ${figure(yardstick.value)}`,
      figure(ratio),
      escaped(target ?? ""),
      verdict + why,
    ]);
  });
  return `<div class="wide"><table>${head}${rows.join("\n")}</table></div>`;
}

function kernelText({ runs, pictures }: KernelSection): string {
  const { kernel, size } = runs[0]!;
  return `<h2 id="${escaped(kernel)}">${escaped(kernel)}, size ${escaped(size)}</h2>
${pictures.map(pictureText).join("\n")}
${runsTable(runs)}`;
}

function runsTable(runs: readonly KernelResult[]): string {
  const head = tableRow("th", ["Variant", "Workers", "Seconds", "Speedup", "÷ threads", "Result"]);
  const rows = runs.map((run) =>
    tableRow("td", [
      escaped(nameOf(run.variant)),
      String(run.workers),
      run.seconds.length === 0 ? "–" : median(run.seconds).toPrecision(3),
      run.speedup === null ? "–" : run.speedup.toFixed(2),
      run.ratio === null ? "–" : run.ratio.toFixed(2),
      verdictText(run),
    ]),
  );
  return `<div class="wide"><table>${head}${rows.join("\n")}</table></div>`;
}

function verdictText(run: KernelResult): string {
  const { verdict, failed } = run;
  const found = verdict === null ? "" : `${escaped(verdict.against)}: ${escaped(verdict.found)}`;
  if (isSound(run)) return `<span class="met">right</span> <span class="faint">against ${found}</span>`;
  if (verdict?.ok === false) return `<span class="wrong">WRONG</span> ${found}`;
  return `<span class="wrong">FAILED</span> ${escaped((failed ?? "no run").split("\n", 1)[0]!)}`;
}

function pictureText({ name, caption, svg }: Picture): string {
  const labelled = svg.replace(/^<svg /, `<svg role="img" aria-label="${escaped(caption)}" `);
  return `<figure>${labelled}<figcaption>${escaped(caption)} <a href="${escaped(name)}.svg">SVG</a></figcaption></figure>`;
}

function tableRow(cell: "td" | "th", cells: readonly string[]): string {
  return `<tr>${cells.map((content) => `<${cell}>${content}</${cell}>`).join("")}</tr>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
