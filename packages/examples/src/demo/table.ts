/** The closing table: boxed on a terminal, aligned text elsewhere. */
import { styleText } from "node:util";
import Table from "cli-table3";
import { type Row, speedOf } from "./row.ts";

const HEADINGS = [
  "job",
  "sites",
  "verified",
  "against",
  "time s",
  "plain s",
  "× plain",
  "misses",
  "messages",
  "MB",
  "blocked s",
];
/** These columns are words, the others numbers. */
const WORDS = new Set([0, 2, 3]);

/** Lays out the rows. */
export function formatTable(rows: readonly Row[], isTerminal: boolean): string {
  return isTerminal ? boxed(rows) : aligned([HEADINGS, ...rows.map(cells)]);
}

function cells(row: Row): string[] {
  const { misses, messages, bytes, blockedMs } = row.traffic;
  return [
    row.job,
    String(row.sites),
    row.verified ? "yes" : "NO",
    row.against,
    (row.ms / 1000).toFixed(3),
    (row.serialMs / 1000).toFixed(3),
    speedOf(row).toFixed(2),
    String(misses),
    String(messages),
    (bytes / 1e6).toFixed(2),
    (blockedMs / 1000 / row.sites).toFixed(3),
  ];
}

function boxed(rows: readonly Row[]): string {
  const table = new Table({
    head: HEADINGS,
    colAligns: HEADINGS.map((_, k) => (WORDS.has(k) ? "left" : "right")),
    style: { head: ["bold"], border: ["dim"], compact: true },
  });
  for (const row of rows) {
    const [job, sites, , ...rest] = cells(row);
    table.push([job, sites, row.verified ? styleText("green", "✓ yes") : styleText("red", "✗ NO"), ...rest]);
  }
  return table.toString();
}

function aligned(lines: readonly string[][]): string {
  const widths = lines[0].map((_, k) => Math.max(...lines.map((line) => line[k].length)));
  const pad = (cell: string, k: number) => (WORDS.has(k) ? cell.padEnd(widths[k]) : cell.padStart(widths[k]));
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}
