/**
 * Tasks that a site has been given at a time: the one it runs, and the next, which is there when that ends. With one alone, a
 * site would idle while its result travels and the next task comes.
 */
const GIVEN_MIN = 2;
/** Short tasks are given more at a time, so that a thread need not be woken for each: about as many as take so long, in milliseconds. */
const GIVEN_MS = 2;
const GIVEN_MAX = 64;
/** What a task that was shorter than expected counts for in what is expected of the next. */
const SHORTER_WEIGHT = 1 / 8;

/** To be called once, when a task is done with; `tookMs`: how long the site was at it, in milliseconds, if that is known. */
export type Leave = (tookMs?: number) => void;

/** What is queued for one site. */
interface Line {
  /** Begin the tasks that wait, in the order given. */
  readonly waiting: (() => void)[];
  /** Tasks that have begun and not ended. */
  given: number;
  /** Those and the waiting ones. */
  load: number;
  isScheduled: boolean;
  /** How long the next task is expected to take, in milliseconds: as the last one did, or less after several shorter ones. */
  expectedMs: number;
  /** Of the task queued last: they are numbered. */
  lastTask: number;
  /** Who waits until the tasks that are there now have ended. */
  readonly watchers: Set<Watcher>;
}

interface Watcher {
  /** The last task that is waited for. */
  readonly upTo: number;
  /** Of the tasks waited for, those that have not ended. */
  left: number;
  readonly done: () => void;
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
      expectedMs: GIVEN_MS,
      lastTask: 0,
      watchers: new Set(),
    }));
  }

  /**
   * Queues a task behind what `site` has to do: `begin` is called when its turn has come. Every `runAll` is queued on all sites
   * in one step, so no two can be entered in different orders on different sites and wait for each other. A task should leave
   * before anybody is told of its result, so that whoever is told finds the site free.
   */
  run(site: number, begin: (leave: Leave) => void): void {
    const line = this.#lines[site]!;
    const leave = this.#enter(site, line);
    line.waiting.push(() => begin(leave));
    this.#schedule(line);
  }

  /** A task that was queued elsewhere runs on `site`, which has nothing to do. Returns its `leave`. */
  occupy(site: number): Leave {
    const line = this.#lines[site]!;
    line.given++;
    return this.#enter(site, line);
  }

  /** Settles when everything queued up to now has ended, well or badly. */
  async passed(): Promise<void> {
    await Promise.all(
      this.#lines.map(
        ({ load, lastTask, watchers }) =>
          load > 0 && new Promise<void>((done) => watchers.add({ upTo: lastTask, left: load, done })),
      ),
    );
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

  #enter(site: number, line: Line): Leave {
    const task = ++line.lastTask;
    line.load++;
    let isIn = true;
    return (tookMs) => {
      if (!isIn) return;
      isIn = false;
      line.given--;
      if (tookMs !== undefined) expect(line, tookMs);
      if (line.watchers.size > 0) tell(line.watchers, task);
      if (--line.load === 0) this.onIdle?.(site);
      this.#begin(line);
    };
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
    if (line.waiting.length === 0) return;
    const given = Math.min(GIVEN_MAX, Math.max(GIVEN_MIN, Math.floor(GIVEN_MS / line.expectedMs)));
    while (line.given < given && line.waiting.length > 0) {
      line.given++;
      line.waiting.shift()!();
    }
  }
}

/** One long task tells at once that the next may be long. */
function expect(line: Line, tookMs: number): void {
  const longer = tookMs - line.expectedMs;
  line.expectedMs += longer > 0 ? longer : longer * SHORTER_WEIGHT;
}

function tell(watchers: Set<Watcher>, ended: number): void {
  for (const watcher of watchers) {
    if (ended > watcher.upTo || --watcher.left > 0) continue;
    watchers.delete(watcher);
    watcher.done();
  }
}
