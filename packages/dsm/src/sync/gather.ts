import type { CollectiveName, CollectiveRound } from "@isles/base";
import type { EndedGroups } from "./ended-groups.ts";
import type { Outcome } from "./roster.ts";
import { dropGroup, groupOf, nameOf } from "./text.ts";

/** Why a round can never be complete. */
export interface Absence {
  readonly site: number;
  readonly outcome: Outcome;
  /** Sites that had arrived. */
  readonly waiting: readonly number[];
}

export interface GatherOut<T> {
  /** Everybody has arrived; `pieces` in site order. Every site must be sent exactly one answer. */
  complete(key: string, pieces: readonly T[]): void;
  /** `site` must be sent exactly one answer: it waits in vain. */
  refuse(key: string, site: number, piece: T, absence: Absence): void;
  /** The one answer to an arrival that its site took back. */
  withdrawn(key: string, site: number, piece: T): void;
}

interface Arrival<T> {
  readonly site: number;
  readonly piece: T;
  /** No other arrival has it. */
  readonly serial: number;
}

interface Round<T> {
  readonly arrived: (Arrival<T> | undefined)[];
  present: number;
  /** Arrivals of sites that are already ahead, for the rounds after this one. */
  readonly later: Arrival<T>[];
}

/**
 * The root's side of a collective call: the k-th call of each site under a name belongs to round k. Channels are first in,
 * first out, so the k-th arrival from a site *is* its k-th call, and no sequence number travels. Each arrival is answered
 * exactly once, so a site's k-th answer likewise belongs to its k-th call. A key is kept only while somebody waits.
 */
export class Gather<T> {
  readonly #sites: number;
  readonly #out: GatherOut<T>;
  readonly #ended: EndedGroups;
  readonly #rounds = new Map<string, Round<T>>();
  /** By group: sites that will not arrive any more. */
  readonly #absent = new Map<number, Map<number, Outcome>>();
  #lastSerial = 0;

  constructor(sites: number, out: GatherOut<T>, ended: EndedGroups) {
    this.#sites = sites;
    this.#out = out;
    this.#ended = ended;
  }

  get size(): number {
    return this.#rounds.size;
  }

  /** What waits here, for the deadlock analysis. */
  rounds(what: CollectiveName): CollectiveRound[] {
    const rounds: CollectiveRound[] = [];
    for (const [key, { arrived, later }] of this.#rounds) {
      const arrivals = arrived
        .filter((arrival) => arrival !== undefined)
        .map(({ site, serial }) => ({ site, serial, calls: 1 + later.filter((one) => one.site === site).length }));
      rounds.push({ what, name: nameOf(key), group: groupOf(key), arrivals });
    }
    return rounds;
  }

  arrive(key: string, site: number, piece: T): void {
    let round = this.#rounds.get(key);
    if (round === undefined) {
      if (this.#ended.has(groupOf(key))) return;
      round = { arrived: new Array<Arrival<T> | undefined>(this.#sites).fill(undefined), present: 0, later: [] };
      this.#rounds.set(key, round);
    }
    const arrival = { site, piece, serial: ++this.#lastSerial };
    if (round.arrived[site] !== undefined) {
      round.later.push(arrival);
      return;
    }
    round.arrived[site] = arrival;
    if (++round.present === this.#sites) return this.#complete(key, round);
    if (this.#absent.size > 0) this.#refuseIfHopeless(key, round);
  }

  /** The oldest unanswered call of `site` was let go by a failure. If it has been answered meanwhile, nothing is to be done. */
  withdraw(key: string, site: number): void {
    const round = this.#rounds.get(key);
    const arrival = round?.arrived[site];
    if (round === undefined || arrival === undefined) return;
    const next = round.later.findIndex((one) => one.site === site);
    round.arrived[site] = next < 0 ? undefined : round.later.splice(next, 1)[0];
    if (next < 0 && --round.present === 0) this.#rounds.delete(key);
    this.#out.withdrawn(key, site, arrival.piece);
  }

  /** `site` has ended its part in the run; everything it sent before has been seen. */
  absent(group: number, site: number, outcome: Outcome): void {
    if (this.#ended.has(group)) return;
    this.#absent.set(group, (this.#absent.get(group) ?? new Map<number, Outcome>()).set(site, outcome));
    for (const [key, round] of [...this.#rounds]) {
      if (groupOf(key) === group) this.#refuseIfHopeless(key, round);
    }
  }

  /** `site` takes part again. */
  present(group: number, site: number): void {
    const sites = this.#absent.get(group);
    if (sites?.delete(site) === true && sites.size === 0) this.#absent.delete(group);
  }

  groupEnded(group: number): void {
    dropGroup(this.#rounds, group);
    this.#absent.delete(group);
  }

  #complete(key: string, round: Round<T>): void {
    this.#rounds.delete(key);
    this.#out.complete(
      key,
      round.arrived.map((arrival) => (arrival as Arrival<T>).piece),
    );
    this.#replay(key, round);
  }

  #refuseIfHopeless(key: string, round: Round<T>): void {
    for (const [site, outcome] of this.#absent.get(groupOf(key)) ?? []) {
      if (round.arrived[site] !== undefined) continue;
      const waiting = round.arrived.filter((arrival) => arrival !== undefined);
      const absence = { site, outcome, waiting: waiting.map((arrival) => arrival.site) };
      this.#rounds.delete(key);
      for (const arrival of waiting) this.#out.refuse(key, arrival.site, arrival.piece, absence);
      return this.#replay(key, round);
    }
  }

  #replay(key: string, round: Round<T>): void {
    for (const arrival of round.later) this.arrive(key, arrival.site, arrival.piece);
  }
}
