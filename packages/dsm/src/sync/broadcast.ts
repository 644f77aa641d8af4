import { type Completion, MismatchError } from "@isles/base";
import { type Group, Service, type ServiceHost } from "@isles/transport";
import { absenceError } from "./absence-error.ts";
import type { Codec, CollectiveValue } from "./collective-values.ts";
import type { EndedGroups } from "./ended-groups.ts";
import type { Outcome, Roster } from "./roster.ts";
import { dropGroup, groupOf, keyOf, nameOf, num } from "./text.ts";
import { runEnded, type Waits } from "./waits.ts";

/** Rounds of one name that a root may be ahead of the slowest receiver before it waits. Bounds what receivers must store. */
export const broadcastRounds = 64;
/** A receiver reports what it has collected this many at a time; the root allows for what may be unreported. */
const reportEvery = 16;
/** Names of one endpoint whose rounds are remembered, the latest called. */
const namesMax = 65_536;

interface Cast {
  readonly root: number;
  readonly round: number;
  readonly value: unknown;
}

interface Receiver {
  readonly root: number;
  readonly round: number;
  readonly completion: Completion<unknown>;
  readonly group: Group;
}

/** One broadcast name of one run, at one site. */
interface Channel {
  readonly key: string;
  /** Calls of this name made here, whoever the root: the round of the next call. */
  round: number;
  /** Arrived and not yet asked for. */
  readonly early: Cast[];
  /** Asked for and not yet arrived. */
  readonly receivers: Receiver[];
  /** By root: collected here and not yet reported. */
  readonly unreported: Map<number, number>;
  /** As root: rounds sent, and by site rounds reported collected. */
  sent: number;
  readonly collected: Map<number, number>;
  /** As root: calls that wait for the window. */
  readonly blocked: { readonly cast: Cast; readonly completion: Completion<unknown> }[];
}

/**
 * Broadcast: the root sends its value straight to every other site and goes on; a site that calls later finds the value
 * waiting. Values of one root arrive in order, so matching needs only (name, root). The round number in the message is the
 * root's count of its calls of that name; it detects sites that name different roots for the same round. Among singly started
 * functions (group 0) sites have no common count, and rounds are not compared.
 *
 * Messages: the value `{k:"cast", key, round, value}`, and `K n:count key` collected.
 */
export class Broadcast {
  readonly #host: ServiceHost;
  readonly #waits: Waits;
  readonly #codec: Codec;
  readonly #roster: Roster;
  readonly #ended: EndedGroups;
  /** Least recently called first. */
  readonly #channels = new Map<string, Channel>();
  /** By group: who is known to take part no more. */
  readonly #absent = new Map<number, Map<number, Outcome>>();

  constructor(options: { waits: Waits; codec: Codec; roster: Roster; ended: EndedGroups }) {
    this.#waits = options.waits;
    this.#host = options.waits.host;
    this.#codec = options.codec;
    this.#roster = options.roster;
    this.#ended = options.ended;
  }

  get size(): number {
    return this.#channels.size;
  }

  call(name: string, root: number, value: unknown): Completion<unknown> {
    const { group } = this.#host;
    const completion = this.#host.pend<unknown>(`broadcast "${name}" from site ${root}`);
    if (completion.settled) return completion;
    const channel = this.#called(keyOf(group.id, name));
    const round = group.id === 0 ? 0 : channel.round++;
    if (root === this.#host.self) this.#sendWhenOpen(channel, { root, round, value }, completion);
    else this.#receive(channel, { root, round, completion, group });
    return completion;
  }

  arrived(from: number, cast: CollectiveValue & { k: "cast" }): void {
    if (this.#ended.has(groupOf(cast.key))) return;
    const channel = this.#channel(cast.key);
    channel.early.push({ root: from, round: cast.round, value: cast.value });
    const { receivers } = channel;
    const concerned =
      receivers.find((receiver) => receiver.root === from) ??
      receivers.find((receiver) => receiver.group.id !== 0 && receiver.round === cast.round);
    if (concerned !== undefined) this.#match(channel, concerned);
  }

  /** A receiver reports what it has collected. */
  collected(from: number, count: number, key: string): void {
    const channel = this.#channels.get(key);
    if (channel === undefined) return;
    channel.collected.set(from, (channel.collected.get(from) ?? 0) + count);
    this.#unblock(channel);
  }

  absent(group: number, site: number, outcome: Outcome): void {
    if (this.#ended.has(group)) return;
    this.#absent.set(group, (this.#absent.get(group) ?? new Map<number, Outcome>()).set(site, outcome));
    for (const channel of this.#channels.values()) {
      if (groupOf(channel.key) !== group) continue;
      for (const receiver of channel.receivers.filter((one) => one.root === site))
        this.#refuse(channel, receiver, outcome);
      this.#unblock(channel);
    }
  }

  present(group: number, site: number): void {
    this.#absent.get(group)?.delete(site);
  }

  /** Ends what the run's function on this site left pending. */
  endGroup(group: number): void {
    for (const channel of this.#channels.values()) {
      if (groupOf(channel.key) !== group) continue;
      for (const { completion } of [...channel.receivers, ...channel.blocked]) {
        this.#waits.end(completion, runEnded(completion.label));
      }
    }
  }

  groupEnded(group: number): void {
    this.endGroup(group);
    dropGroup(this.#channels, group);
    this.#absent.delete(group);
  }

  #channel(key: string): Channel {
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      channel = {
        key,
        round: 0,
        early: [],
        receivers: [],
        unreported: new Map(),
        sent: 0,
        collected: new Map(),
        blocked: [],
      };
      this.#channels.set(key, channel);
    }
    return channel;
  }

  /**
   * Moves the name to the end of the order of use. Sites of a run call the same names in the same order, so they also forget
   * the same ones, and their counts of rounds stay equal.
   */
  #called(key: string): Channel {
    const channel = this.#channel(key);
    this.#channels.delete(key);
    this.#channels.set(key, channel);
    if (this.#channels.size <= namesMax) return channel;
    for (const [oldest, { early, receivers, blocked }] of this.#channels) {
      if (early.length + receivers.length + blocked.length === 0) this.#channels.delete(oldest);
      break;
    }
    return channel;
  }

  // As root

  #sendWhenOpen(channel: Channel, cast: Cast, completion: Completion<unknown>): void {
    if (channel.blocked.length === 0 && this.#open(channel)) this.#send(channel, cast, completion);
    else channel.blocked.push({ cast, completion });
  }

  #send(channel: Channel, { round, value }: Cast, done: Completion<unknown>): void {
    try {
      const message = {
        k: "cast",
        key: channel.key,
        round,
        value: this.#codec.encode(value),
      } satisfies CollectiveValue;
      for (let site = 0; site < this.#host.sites; site++) {
        if (site !== this.#host.self) this.#host.sendValue(site, Service.Collective, message);
      }
      channel.sent++;
      done.resolve(value);
    } catch (error) {
      done.reject(error);
    }
  }

  #open(channel: Channel): boolean {
    const slow = this.#slowest(channel);
    if (slow === undefined) return true;
    // It may never collect: make sure that this site hears of it.
    for (const site of slow) this.#roster.watch(groupOf(channel.key), site);
    return false;
  }

  /** Receivers for which the window is full, or undefined. */
  #slowest(channel: Channel): number[] | undefined {
    const limit = broadcastRounds + reportEvery;
    if (channel.sent < limit) return undefined;
    const absent = this.#absent.get(groupOf(channel.key));
    const slow: number[] = [];
    for (let site = 0; site < this.#host.sites; site++) {
      if (site === this.#host.self || absent?.has(site) === true) continue;
      if (channel.sent - (channel.collected.get(site) ?? 0) >= limit) slow.push(site);
    }
    return slow.length === 0 ? undefined : slow;
  }

  #unblock(channel: Channel): void {
    const { blocked } = channel;
    while (blocked.length > 0 && this.#open(channel)) {
      const { cast, completion } = blocked.shift()!;
      if (!completion.settled) this.#send(channel, cast, completion);
    }
  }

  // As receiver

  #receive(channel: Channel, receiver: Receiver): void {
    const { root, round, group } = receiver;
    const conflict = group.id !== 0 && channel.early.some((cast) => cast.root !== root && cast.round === round);
    if (conflict || channel.early.some((cast) => cast.root === root)) return this.#match(channel, receiver);
    const outcome = this.#absent.get(group.id)?.get(root);
    channel.receivers.push(receiver);
    receiver.completion.onSettled(() => channel.receivers.splice(channel.receivers.indexOf(receiver), 1));
    if (outcome !== undefined) return this.#refuse(channel, receiver, outcome);
    this.#roster.watch(group.id, root);
  }

  /** Settles a receiver with what has arrived: its root's oldest value, or the proof that sites disagree. */
  #match(channel: Channel, receiver: Receiver): void {
    const { root, round, completion, group } = receiver;
    const at = channel.early.findIndex((cast) => cast.root === root);
    const cast = channel.early[at];
    if (cast !== undefined && cast.round === round) {
      channel.early.splice(at, 1);
      this.#report(channel, root);
      completion.resolve(this.#codec.decode(cast.value));
      return;
    }
    const other = cast ?? channel.early.find((one) => group.id !== 0 && one.round === round);
    completion.reject(
      new MismatchError(
        `broadcast "${nameOf(channel.key)}": call ${round + 1} on site ${this.#host.self} expects it from site ${root}, but ` +
          `site ${other?.root} is the root of call ${(other?.round ?? 0) + 1}; every site must name the same root in the same call`,
      ),
    );
  }

  #report(channel: Channel, root: number): void {
    const count = (channel.unreported.get(root) ?? 0) + 1;
    if (count < reportEvery) return void channel.unreported.set(root, count);
    channel.unreported.delete(root);
    this.#host.sendText(root, Service.Collective, "K" + num(count) + channel.key);
  }

  #refuse(channel: Channel, receiver: Receiver, outcome: Outcome): void {
    const { root: site, group } = receiver;
    const waiting = [this.#host.self];
    const name = nameOf(channel.key);
    receiver.completion.reject(absenceError({ kind: "broadcast", name, group, site, outcome, waiting }));
  }
}
