/** Runs tasks for sites: each site one at a time in the order given, different sites at once. */
export class Scheduler {
  readonly #tails: Promise<unknown>[];
  readonly #loads: number[];

  constructor(sites: number) {
    this.#tails = new Array(sites).fill(Promise.resolve());
    this.#loads = new Array(sites).fill(0);
  }

  /**
   * Queues `task` behind what `site` has to do. Every `runAll` is queued on all sites in one step, so no two can be
   * entered in different orders on different sites and wait for each other.
   */
  run<T>(site: number, task: () => Promise<T>): Promise<T> {
    this.#loads[site]!++;
    const result = this.#tails[site]!.then(task);
    const done = () => {
      this.#loads[site]!--;
    };
    this.#tails[site] = result.then(done, done);
    return result;
  }

  /** Settles when everything queued up to now has ended, well or badly. */
  async passed(): Promise<void> {
    await Promise.all(this.#tails);
  }

  /** The site with the least to do among those that are up; the lowest of several. */
  leastBusy(isUp: (site: number) => boolean): number {
    let best = -1;
    for (let site = 0; site < this.#loads.length; site++) {
      if (isUp(site) && (best < 0 || this.#loads[site]! < this.#loads[best]!)) best = site;
    }
    return best;
  }

  isBusy(site: number): boolean {
    return this.#loads[site]! > 0;
  }

  /** Tasks queued or running. */
  get load(): number {
    return this.#loads.reduce((sum, load) => sum + load, 0);
  }
}
