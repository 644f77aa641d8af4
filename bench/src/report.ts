import type { Result } from "./result.ts";

/** Where results go: a table for people or a JSON line per result. */
export interface Report {
  heading(row: string, title: string): void;
  progress(text: string): void;
  result(result: Result): void;
  warn(text: string): void;
}

const widths = { name: 62, value: 20, yardstick: 58, ratio: 8 };

export function tableReport(): Report {
  const status = statusLine();
  return {
    heading(row, title) {
      status.clear();
      console.log(`\n${row}. ${title}`);
    },
    progress: status.show,
    result(result) {
      status.clear();
      console.log(tableLine(result));
    },
    warn(text) {
      status.clear();
      console.error(`warning: ${text}`);
    },
  };
}

export function jsonReport(): Report {
  const status = statusLine();
  return {
    heading: () => undefined,
    progress: status.show,
    result(result) {
      status.clear();
      console.log(JSON.stringify(result));
    },
    warn(text) {
      status.clear();
      console.error(`warning: ${text}`);
    },
  };
}

function tableLine({ name, value, unit, yardstick, ratio, target, met, p99 }: Result): string {
  const verdict = met === null ? "" : met ? "met" : "MISSED";
  return [
    `  ${name.padEnd(widths.name)}`,
    `${figure(value)} ${unit} (p99 ${figure(p99)})`.padEnd(widths.value + 6),
    `vs ${yardstick.name} ${figure(yardstick.value)}`.padEnd(widths.yardstick),
    `${figure(ratio)} ×`.padStart(widths.ratio),
    `${target ?? ""}`.padStart(9),
    `  ${verdict}`,
  ]
    .join(" ")
    .trimEnd();
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

/** One line on standard error that is written over again; nothing unless that is a terminal. */
function statusLine(): { show(text: string): void; clear(): void } {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, clear: () => undefined };
  const clear = () => void stderr.write("\r\u001b[2K");
  return {
    show(text) {
      clear();
      stderr.write(`… ${text}`.slice(0, (stderr.columns ?? 80) - 1));
    },
    clear,
  };
}
