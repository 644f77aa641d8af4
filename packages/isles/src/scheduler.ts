/**
 * Tasks that a site has been given at a time: the one it runs, and the next, which is there when that ends. With one alone, a
 * site would idle while its result travels and the next task comes.
 */
const GIVEN_MAX = 2;

/** What is queued for one site. */
interface Line {
  /** Begin the tasks that wait, in the order given. */
  readonly waiting: (() => void)[];
  /** Tasks that have begun and not ended. */
  given: number;
  /** Those and the waiting ones. */
  load: number;
  isScheduled: boolean;
  /** Settles when all tasks so far have ended. */
  passed: Promise<unknown>;
}

/** Gives tasks to sites: to each in the order given, few at a time; the sites run them one after the other. */
export class Scheduler {
  readonly #lines: Line[];
  /** Told when a site has nothing to do any more. */
  onIdle: ((site: number) => void) | undefined;

  constructor(sites: number) {
    this.#lines = Array.from({ length: sites }, () => ({
      waiting: [],
      given: 0,
      load: 0,
      isScheduled: false,
      passed: Promise.resolve(),
    }));
  }

  /**
   * Queues `task` behind what `site` has to do. Every `runAll` is queued on all sites in one step, so no two can be
   * entered in different orders on different sites and wait for each other. The task may `leave` before its promise settles: so
   * that whoever is told of its result finds the site free.
   */
  run<T>(site: number, task: (leave: () => void) => Promise<T>): Promise<T> {
    const line = this.#lines[site]!;
    line.load++;
    const leave = this.#leaver(site, line);
    const result = new Promise<T>((resolve, reject) => {
      line.waiting.push(() => {
        line.given++;
        task(leave).then(resolve, reject);
      });
    });
    this.#ends(line, result, leave);
    this.#schedule(line);
    return result;
  }

  /** A task that was queued elsewhere runs on `site`, which has nothing to do, until `ended` settles. Returns its `leave`. */
  occupy(site: number, ended: Promise<unknown>): () => void {
    const line = this.#lines[site]!;
    line.load++;
    line.given++;
    const leave = this.#leaver(site, line);
    this.#ends(line, ended, leave);
    return leave;
  }

  /** Settles when everything queued up to now has ended, well or badly. */
  async passed(): Promise<void> {
    await Promise.all(this.#lines.map(({ passed }) => passed));
  }

  /** Tasks queued or running there. */
  queueOf(site: number): number {
    return this.#lines[site]!.load;
  }

  isBusy(site: number): boolean {
    return this.#lines[site]!.load > 0;
  }

  /** Tasks queued or running. */
  get load(): number {
    return this.#lines.reduce((sum, { load }) => sum + load, 0);
  }

  #leaver(site: number, line: Line): () => void {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      line.given--;
      if (--line.load === 0) this.onIdle?.(site);
      this.#begin(line);
    };
  }

  #ends(line: Line, ended: Promise<unknown>, leave: () => void): void {
    const left = ended.then(leave, leave);
    const before = line.passed;
    line.passed = left.then(() => before);
  }

  /** Not in the caller's stack: what it does next, such as giving the task up, comes first. */
  #schedule(line: Line): void {
    if (line.isScheduled) return;
    line.isScheduled = true;
    queueMicrotask(() => {
      line.isScheduled = false;
      this.#begin(line);
    });
  }

  #begin(line: Line): void {
    while (line.given < GIVEN_MAX && line.waiting.length > 0) line.waiting.shift()!();
  }
}
