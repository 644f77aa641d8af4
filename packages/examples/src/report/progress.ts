/** Progress: bars on a terminal, a few plain lines elsewhere. */
import { setTimeout } from "node:timers/promises";
import { styleText } from "node:util";
import { SingleBar } from "cli-progress";
import type { SharedArray } from "isles";

/** One piece of work whose progress is shown. Disposing of it unfinished takes the bar off the screen. */
export interface Task extends Disposable {
  /** So much is done; units as in `total`, which may have become known only now. */
  update(done: number, total?: number): void;
  finish(ok: boolean, note: string): void;
}

export interface Progress {
  start(label: string, total: number, unit: string): Task;
}

/** Progress on a stream, in the form that suits it. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? new BarProgress(stream) : new LineProgress(stream);
}

const LABEL_WIDTH = 30;

class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  start(label: string, total: number, unit: string): Task {
    const bar = new SingleBar({
      format: `  ${label.padEnd(LABEL_WIDTH)} {bar} {value}/{total} ${unit}`,
      stream: this.#stream,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 30,
      barCompleteChar: "█",
      barIncompleteChar: "░",
    });
    bar.start(total, 0);
    return {
      update: (done, known) => {
        if (known !== undefined) bar.setTotal(known);
        bar.update(done);
      },
      finish: (ok, note) => {
        bar.stop();
        const mark = ok
          ? styleText("green", "✓", { stream: this.#stream })
          : styleText("red", "✗", { stream: this.#stream });
        this.#stream.write(`${mark} ${label.padEnd(LABEL_WIDTH)} ${note}\n`);
      },
      [Symbol.dispose]: () => bar.stop(),
    };
  }
}

/** Quarters are enough for a log. */
const LINES_PER_TASK = 4;

class LineProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  start(label: string, total: number, unit: string): Task {
    let reported = 0;
    return {
      update: (done, known = total) => {
        const part = Math.floor((done * LINES_PER_TASK) / known);
        if (part > reported && done < known) this.#stream.write(`${label}: ${done}/${known} ${unit}\n`);
        reported = Math.max(reported, part);
      },
      finish: (ok, note) => this.#stream.write(`${label}: ${ok ? "" : "FAILED, "}${note}\n`),
      [Symbol.dispose]: () => {},
    };
  }
}

/** How often a running job's counter is looked at. Each look takes a page from a site, so not too often. */
const POLL_MS = 200;

/** Reports counters in shared memory, all elements of the array, for as long as the work goes on. */
export async function watch<T>(
  work: Promise<T>,
  counters: SharedArray<Int32Array>,
  report: (...counts: number[]) => void,
): Promise<T> {
  const done = new AbortController();
  const polling = poll(counters, report, done.signal);
  try {
    return await work;
  } finally {
    done.abort();
    await polling;
  }
}

async function poll(
  counters: SharedArray<Int32Array>,
  report: (...counts: number[]) => void,
  done: AbortSignal,
): Promise<void> {
  try {
    while (!done.aborted) {
      await setTimeout(POLL_MS, undefined, { signal: done });
      using span = await counters.async.read();
      report(...span.view);
    }
  } catch {
    // Either the work is done, or it failed and says so itself: a counter has nothing to add.
  }
}
