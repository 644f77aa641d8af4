import { Balancer, type PolicyMove, type SiteView, spread } from "@isles/migration/internal";

/** Between two looks at the cluster, in milliseconds. Sites that only have to let somebody in are looked at this often, too. */
const LOOK_MS = 50;
/** What a move takes as long as none has been made, in milliseconds. */
const FIRST_MOVE_MS = 1;

export interface PolicyDriverOptions {
  /** The sites as they are now; none if no process is to be looked after. */
  look(): Promise<readonly SiteView[]>;
  /** Makes a move. */
  move(move: PolicyMove): void;
}

/** Looks at the cluster now and then on behalf of the policies that see all of it, as long as there is anything to see. */
export class PolicyDriver {
  readonly #options: PolicyDriverOptions;
  readonly #balancer = new Balancer();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #moveMs = FIRST_MOVE_MS;

  constructor(options: PolicyDriverOptions) {
    this.#options = options;
  }

  /** A process has come. */
  start(): void {
    if (this.#timer !== undefined || this.#isLooking) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A move has taken so long: the next ones will, too. */
  moved(ms: number): void {
    this.#moveMs += (ms - this.#moveMs) / 8;
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    const sites = await this.#options.look();
    this.#isLooking = false;
    if (sites.length === 0) return; // the next process starts it again
    const move = spread(sites) ?? this.#balancer.look(sites, { moveMs: this.#moveMs });
    if (move !== undefined) this.#options.move(move);
    this.start();
  }
}
