import { endpointName } from "@isles/base";
import type { Core } from "./core.ts";
import { DeadlockWatch, deadlockError, findDeadlock, type SiteReport } from "./deadlock.ts";
import { Kind, MalformedError } from "./text-frames.ts";

/** What one endpoint's thread can tell of its waits. */
export interface OwnWaits {
  report(): Omit<SiteReport, "site" | "calls">;
  /** Ends the wait of that number, if the thread is still in it. */
  end(wait: number, error: Error): void;
}

/** Of an endpoint that never blocks. */
export const neverWaits: OwnWaits = {
  report: () => ({ runnable: true, sync: { claims: [], locks: [], collectives: [], rounds: [] } }),
  end: () => undefined,
};

interface Round {
  readonly ticket: number;
  readonly reports: (SiteReport | undefined)[];
  /** Sites that have not answered. */
  missing: number;
}

/**
 * Asks around, from inside a wait that lasts long, what the sites wait for, and ends the wait if it is the one that must give
 * way in a cycle. Sites answer from deliveries, in whatever state; one that computes does not, and is no part of a cycle.
 */
export class DeadlockDetector {
  readonly #core: Core;
  readonly #own: OwnWaits;
  #watch = new DeadlockWatch();
  #round: Round | undefined;
  #lastTicket = 0;

  constructor(core: Core, own: OwnWaits) {
    this.#core = core;
    this.#own = own;
  }

  /** The wait of this thread lasts long. Neither blocks nor throws. */
  look(): void {
    if (this.#round !== undefined) this.#complete(this.#round); // with what has come
    this.#ask();
  }

  /** A peer asks. */
  asked(peer: number, ticket: number): void {
    this.#core.outbox.value(peer, `${Kind.Answer}${ticket};`, this.#report());
  }

  answered(peer: number, ticket: number, report: unknown): void {
    const round = this.#round;
    if (round?.ticket !== ticket || round.reports[peer] !== undefined) return;
    if ((report as SiteReport | undefined)?.site !== peer)
      throw new MalformedError(`${endpointName(peer, this.#core.host.sites)} answered for another`);
    round.reports[peer] = report as SiteReport;
    if (--round.missing === 0 && this.#complete(round)) this.#ask();
  }

  #ask(): void {
    const { host, outbox } = this.#core;
    const round: Round = { ticket: ++this.#lastTicket, reports: [], missing: host.sites };
    this.#round = round;
    for (let site = 0; site < host.sites; site++) {
      if (site === host.self) {
        round.reports[site] = this.#report();
        round.missing--;
      } else if (!this.#core.session(site).isLost) outbox.text(site, `${Kind.Ask}${round.ticket};`);
    }
    if (round.missing === 0) this.#complete(round);
  }

  /** Draws the conclusion; true if only another round can tell. */
  #complete({ reports }: Round): boolean {
    this.#round = undefined;
    const cycle = this.#watch.observe(reports);
    if (cycle === undefined) return findDeadlock(reports) !== undefined;
    if (cycle.victim.site === this.#core.host.self) this.#own.end(cycle.victim.wait, deadlockError(cycle));
    return false;
  }

  #report(): SiteReport {
    return { site: this.#core.host.self, calls: [...this.#core.serving()], ...this.#own.report() };
  }
}
