import { figure } from "./figures.ts";
import { kernelTable } from "./macro/tables.ts";
import type { KernelResult, Result } from "./result.ts";

/** Where results go: tables for people or a JSON line per result. */
export interface Report {
  heading(row: string, title: string): void;
  progress(text: string): void;
  result(result: Result): void;
  kernel(result: KernelResult): void;
  warn(text: string): void;
  /** Prints what was kept back for a table. */
  end(): void;
}

const widths = { name: 62, value: 20, yardstick: 58, ratio: 8 };

export function tableReport(): Report {
  const status = statusLine();
  let runs: KernelResult[] = [];
  const end = () => {
    status.clear();
    if (runs.length > 0) console.log(kernelTable(runs));
    runs = [];
  };
  return {
    heading(row, title) {
      end();
      console.log(`\n${row}. ${title}`);
    },
    progress: status.show,
    result(result) {
      end();
      console.log(tableLine(result));
    },
    kernel(result) {
      const last = runs.at(-1);
      if (last !== undefined && (last.kernel !== result.kernel || last.size !== result.size)) end();
      runs.push(result);
    },
    warn: status.warn,
    end,
  };
}

export function jsonReport(): Report {
  const status = statusLine();
  const line = (result: Result | KernelResult) => {
    status.clear();
    console.log(JSON.stringify(result));
  };
  return {
    heading: () => undefined,
    progress: status.show,
    result: line,
    kernel: line,
    warn: status.warn,
    end: status.clear,
  };
}

function tableLine({ name, value, unit, yardstick, ratio, target, met, p99, failed }: Result): string {
  const verdict = met === null ? "" : met ? "met" : "MISSED";
  const why = failed === undefined ? "" : ` (${failed.split("\n", 1)[0]})`;
  return [
    `  ${name.padEnd(widths.name)}`,
    `${figure(value)} ${unit} (p99 ${figure(p99)})`.padEnd(widths.value + 6),
    `vs ${yardstick.name} ${figure(yardstick.value)}`.padEnd(widths.yardstick),
    `${figure(ratio)} ×`.padStart(widths.ratio),
    `${target ?? ""}`.padStart(9),
    `  ${verdict}${why}`,
  ]
    .join(" ")
    .trimEnd();
}

interface StatusLine {
  show(text: string): void;
  clear(): void;
  warn(text: string): void;
}

/** One line on standard error that is written over again; nothing unless that is a terminal. */
function statusLine(): StatusLine {
  const { stderr } = process;
  const clear = () => {
    if (stderr.isTTY) stderr.write("\r\u001b[2K");
  };
  return {
    show(text) {
      clear();
      if (stderr.isTTY) stderr.write(`… ${text}`.slice(0, (stderr.columns ?? 80) - 1));
    },
    clear,
    warn(text) {
      clear();
      console.error(`warning: ${text}`);
    },
  };
}
