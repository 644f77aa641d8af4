import { type CollectiveCalls, type CollectiveRound, type Completion, UsageError } from "@isles/base";
import { type Group, Service, type ServiceHost } from "@isles/transport";
import { absenceError, finishedHereError } from "./absence-error.ts";
import { Barrier } from "./barrier.ts";
import { Broadcast } from "./broadcast.ts";
import { Calls } from "./calls.ts";
import { asCollective, type Codec, type CollectiveKind, type CollectiveValue } from "./collective-values.ts";
import { EndedGroups } from "./ended-groups.ts";
import { Reduce } from "./reduce.ts";
import { type Outcome, Roster } from "./roster.ts";
import { nameOf, Reader } from "./text.ts";
import type { Waits } from "./waits.ts";

/** Barriers, reductions and broadcasts of one endpoint, and who can still take part in them. */
export class Collectives {
  readonly roster: Roster;
  readonly #host: ServiceHost;
  readonly #ended = new EndedGroups();
  readonly #barrierCalls: Calls<void>;
  readonly #reduceCalls: Calls<unknown>;
  readonly #barrier: Barrier;
  readonly #reduce: Reduce;
  readonly #broadcast: Broadcast;

  constructor(waits: Waits, codec: Codec) {
    const ended = this.#ended;
    this.#host = waits.host;
    this.roster = new Roster(waits.host, ended);
    this.#barrierCalls = new Calls(waits, "barrier");
    this.#reduceCalls = new Calls(waits, "reduce");
    this.#barrier = new Barrier(waits, this.#barrierCalls, ended);
    this.#reduce = new Reduce({ waits, calls: this.#reduceCalls, codec, ended });
    this.#broadcast = new Broadcast({ waits, codec, roster: this.roster, ended });
    this.#host.on(Service.Collective, {
      text: (from, text) => this.#text(from, text),
      value: (from, value) => this.#value(from, asCollective(value)),
    });
  }

  /** Table entries, for tests that nothing is kept for ever. */
  get size(): number {
    const calls = this.#barrierCalls.size + this.#reduceCalls.size;
    return calls + this.#barrier.gather.size + this.#reduce.size + this.#broadcast.size;
  }

  /** This endpoint's calls that are not answered, for the deadlock analysis. */
  unanswered(): CollectiveCalls[] {
    return [...this.#barrierCalls.report(), ...this.#reduceCalls.report()];
  }

  /** What this endpoint, if it is the root, has gathered so far. */
  rounds(): CollectiveRound[] {
    return [...this.#barrier.gather.rounds("barrier"), ...this.#reduce.gather.rounds("reduce")];
  }

  barrier(name: string): Completion<void> {
    this.#mustTakePart("barrier", name);
    return this.#barrier.arrive(name);
  }

  reduce<T>(name: string, value: T, op: (a: T, b: T) => T): Completion<T> {
    this.#mustTakePart("reduce", name);
    return this.#reduce.contribute(name, value, op as (a: unknown, b: unknown) => unknown) as Completion<T>;
  }

  broadcast<T>(name: string, root: number, value: T | undefined): Completion<T> {
    this.#mustTakePart("broadcast", name);
    const { sites } = this.#host;
    if (!Number.isInteger(root) || root < 0 || root >= sites) {
      throw new UsageError("BAD_ARGUMENT", `broadcast "${name}": root must be a site, 0 to ${sites - 1}, not ${root}`);
    }
    return this.#broadcast.call(name, root, value) as Completion<T>;
  }

  /** Ends what the group's functions on this site left pending. */
  endGroup(group: number): void {
    this.#barrierCalls.endGroup(group);
    this.#reduceCalls.endGroup(group);
    this.#broadcast.endGroup(group);
  }

  groupEnded(group: number): void {
    if (group !== 0) this.#ended.add(group);
    this.roster.groupEnded(group);
    this.#barrierCalls.groupEnded(group);
    this.#reduceCalls.groupEnded(group);
    this.#barrier.gather.groupEnded(group);
    this.#reduce.groupEnded(group);
    this.#broadcast.groupEnded(group);
  }

  #mustTakePart(kind: CollectiveKind, name: string): void {
    const { self, sites, group } = this.#host;
    if (self >= sites) {
      throw new UsageError("NOT_A_SITE", `${kind} "${name}" is a call of the sites; the launcher takes no part in it`);
    }
    // A site whose single function threw is absent only in the eyes of the others: its next function has yet to start.
    const over = group.id !== 0 && this.roster.outcomeHere(group.id) !== undefined;
    if (over || this.#ended.has(group.id)) throw finishedHereError(kind, name, group, self);
  }

  #text(from: number, text: string): void {
    switch (text.charAt(0)) {
      case "B":
        return this.#barrier.arrived(from, text);
      case "R":
        return this.#barrier.released(text);
      case "P":
        return this.#reduce.arrivedAsText(from, text);
      case "Q":
        return this.#reduce.resultAsText(text);
      case "U":
        return this.#barrier.gather.withdraw(text.slice(1), from);
      case "V":
        return this.#reduce.gather.withdraw(text.slice(1), from);
      case "Y":
        return void this.#barrierCalls.answered(text.slice(1));
      case "Z":
        return void this.#reduceCalls.answered(text.slice(1));
      default:
        return this.#rosterText(from, text.charAt(0), new Reader(text));
    }
  }

  #rosterText(from: number, letter: string, reader: Reader): void {
    const first = reader.num();
    switch (letter) {
      case "K":
        return this.#broadcast.collected(from, first, reader.rest());
      case "W":
        return this.roster.subscribe(from, first);
      case "F":
        return this.#absent(first, from, "returned");
      case "T":
        return this.#absent(first, from, "threw");
      case "S":
        return this.#present(first, from);
      default:
        throw new Error(`unknown collective message "${letter}"`);
    }
  }

  #absent(group: number, site: number, outcome: Outcome): void {
    this.#barrier.gather.absent(group, site, outcome);
    this.#reduce.gather.absent(group, site, outcome);
    this.#broadcast.absent(group, site, outcome);
  }

  #present(group: number, site: number): void {
    this.#barrier.gather.present(group, site);
    this.#reduce.gather.present(group, site);
    this.#broadcast.present(group, site);
  }

  #value(from: number, value: CollectiveValue): void {
    switch (value.k) {
      case "part":
        return this.#reduce.arrived(from, value);
      case "result":
        return this.#reduce.result(value.key, value.value);
      case "thrown":
        return this.#reduce.thrown(value.key, value.error);
      case "cast":
        return this.#broadcast.arrived(from, value);
      case "hopeless":
        return this.#hopeless(value);
      default:
        value satisfies never;
    }
  }

  #hopeless(value: CollectiveValue & { k: "hopeless" }): void {
    const { kind, key, site, outcome, waiting } = value;
    const calls: Calls<void> | Calls<unknown> = kind === "barrier" ? this.#barrierCalls : this.#reduceCalls;
    const call = calls.answered(key);
    if (call === undefined) return;
    const group: Group = call.group;
    call.completion.reject(absenceError({ kind, name: nameOf(key), group, site, outcome, waiting }));
  }
}
