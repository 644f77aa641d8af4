import { AssertionError } from "@isles/base";
import { amissAtRest, checkHandoff } from "./handoff-checks.ts";
import { describeHandoffMessage, messageKinds } from "./handoff-messages.ts";
import { type HandoffMutation, HandoffSystem } from "./handoff-system.ts";
import type { Model } from "./model.ts";
import { Violation } from "./violation.ts";

/** How often each thing that somebody may do at any time happens at the most. */
export interface HandoffOptions {
  readonly sites: number;
  readonly moves: number;
  readonly crashes: number;
  readonly messages: number;
  readonly checkpoints: number;
  /** A process may refuse to be suspended, a site to take or to make it. */
  readonly fails: boolean;
  /** Sites take `settle` after what the lost site sent them. Otherwise in any order: then a good image may come too late. */
  readonly settlesLast: boolean;
  /** The process begins from a checkpoint of an earlier run. */
  readonly isRestored: boolean;
}

const families = [
  "deliver",
  "learn",
  "yield",
  "begin",
  "end",
  "post",
  "move",
  "give up",
  "checkpoint",
  "crash",
  "lose",
] as const;
type Family = (typeof families)[number];
/** What the system owes: it happens if nothing else does. The rest is the free choice of users, processes and fate. */
const owed: readonly Family[] = ["deliver", "learn", "yield"];

/** A step is its family, what it is about (a site, a channel), and whether what the site then tries fails. */
const stepOf = (family: Family, about = 0, fails = false): number =>
  families.indexOf(family) * 512 + about * 2 + (fails ? 1 : 0);
const familyOf = (step: number): Family => families[step >> 9];
const aboutOf = (step: number): number => (step >> 1) & 255;
const failsIn = (step: number): boolean => (step & 1) === 1;

/** One process, its home and some sites: any order of deliveries, steps, moves, deadlines, checkpoints, messages and crashes. */
export class HandoffModel implements Model {
  readonly system: HandoffSystem;
  readonly waiters = 0;
  readonly #options: HandoffOptions;
  readonly #words: number[] = [];
  /** Moves, crashes, messages and checkpoints that are left. */
  readonly #left: { move: number; crash: number; post: number; checkpoint: number };

  constructor(options: HandoffOptions, mutation: HandoffMutation = {}) {
    this.#options = options;
    this.system = new HandoffSystem(options.sites, options.settlesLast, options.isRestored, mutation);
    const { moves, crashes, messages, checkpoints } = options;
    this.#left = { move: moves, crash: crashes, post: messages, checkpoint: checkpoints };
  }

  initial(): string {
    return this.key();
  }

  key(): string {
    const { move, crash, post, checkpoint } = this.#left;
    this.#words.length = 0;
    this.#words.push(move, crash, post, checkpoint);
    this.system.capture(this.#words);
    return String.fromCharCode.apply(null, this.#words);
  }

  restore(key: string): void {
    const words = this.#words;
    words.length = key.length;
    for (let i = 0; i < key.length; i++) words[i] = key.charCodeAt(i);
    [this.#left.move, this.#left.crash, this.#left.post, this.#left.checkpoint] = words;
    this.system.restore(words, 4);
  }

  steps(): readonly number[] {
    const steps: number[] = [];
    this.#addDeliveries(steps);
    for (let site = 0; site < this.#options.sites; site++) this.#addSiteSteps(site, steps);
    const { home } = this.system;
    if (home.phase !== "over" && this.#left.post > 0) steps.push(stepOf("post"));
    if (home.phase === "reserving" || home.phase === "moving") steps.push(stepOf("give up"));
    return steps;
  }

  take(step: number): void {
    const about = aboutOf(step);
    this.system.isFailing = failsIn(step);
    try {
      this.#take(familyOf(step), about);
    } catch (error) {
      if (error instanceof AssertionError) throw new Violation("protocol error", error.message);
      throw error;
    }
    if (this.system.isFailing) throw new Error(`nothing was tried in: ${this.describeStep(step)}`);
  }

  check(): void {
    checkHandoff(this.system);
  }

  isQuiescent(): boolean {
    return amissAtRest(this.system) === null;
  }

  isOwed(step: number): boolean {
    return owed.includes(familyOf(step));
  }

  /** Does it bring the process, or a site, nearer to its end? Walks that last take such steps seldom. */
  isHarmful(step: number): boolean {
    return failsIn(step) || familyOf(step) === "crash" || familyOf(step) === "end" || familyOf(step) === "lose";
  }

  dutyOf(step: number): number {
    return step;
  }

  duties(): readonly number[] {
    return this.steps().filter((step) => this.isOwed(step));
  }

  isWaiting(): boolean {
    return false;
  }

  describeStep(step: number): string {
    const about = aboutOf(step);
    const { queues, endpoints } = this.system.channels;
    const name = (endpoint: number): string => (endpoint === this.#options.sites ? "home" : `site ${endpoint}`);
    const channel = `${name(Math.floor(about / endpoints))} → ${name(about % endpoints)}`;
    const fails = failsIn(step) ? ", which fails" : "";
    const words: Readonly<Record<Family, () => string>> = {
      deliver: () => `${describeHandoffMessage(queues[about][0])}, ${channel}${fails}`,
      lose: () => `lost with its sender: ${describeHandoffMessage(queues[about].at(-1) as number[])}, ${channel}`,
      learn: () => `the home learns that site ${about} is down`,
      yield: () => `the process yields at site ${about}${fails === "" ? "" : "; its suspension fails"}`,
      begin: () => `a step begins at site ${about}`,
      end: () => `the process ends at site ${about}`,
      post: () => "a message is posted",
      move: () => `a move to site ${about} is asked for`,
      "give up": () => "the move is given up",
      checkpoint: () => `a checkpoint is taken at site ${about}`,
      crash: () => `site ${about} crashes`,
    };
    return words[familyOf(step)]();
  }

  describe(): string {
    const { home, places } = this.system;
    const sites = places.map(({ copy, resident, isDown, isKnownDown }) => {
      if (isDown) return isKnownDown ? "down" : "crashed";
      if (copy === undefined || resident === null) return "–";
      const doing = copy.phase === "running" ? (copy.isStepping ? "steps" : "runs") : copy.phase;
      const moving = copy.move === undefined ? "" : ` to ${copy.move.to} as ${copy.move.next}`;
      return `${copy.epoch} ${doing}${moving}, received ${resident.mailbox.received}`;
    });
    const next = home.next < 0 ? "" : ` to ${home.to} as ${home.next}`;
    const amiss = this.system.channels.isEmpty ? amissAtRest(this.system) : null;
    const home_ = `${home.phase} ${home.epoch} at ${home.site}${next}`;
    return `${home_} | ${sites.join(" | ")}${amiss === null ? "" : ` (${amiss})`}`;
  }

  measures(): Readonly<Record<string, number>> {
    return { "most messages in a channel": this.system.channels.most };
  }

  #addDeliveries(steps: number[]): void {
    const { queues, endpoints } = this.system.channels;
    for (let channel = 0; channel < queues.length; channel++) {
      const [oldest] = queues[channel];
      if (oldest === undefined) continue;
      const isDue = this.system.isDue(channel);
      if (isDue) steps.push(stepOf("deliver", channel));
      if (isDue && this.#options.fails && this.#canFail(oldest, channel % endpoints))
        steps.push(stepOf("deliver", channel, true));
      const sender = this.system.places[Math.floor(channel / endpoints)];
      if (sender?.isDown === true) steps.push(stepOf("lose", channel));
    }
  }

  #canFail([kind, epoch]: readonly number[], to: number): boolean {
    const k = messageKinds[kind];
    if (k === "start") return true;
    const copy = this.system.places[to]?.copy;
    if (k === "offer") return copy === undefined || copy.epoch < epoch;
    return k === "move" && copy?.epoch === epoch && copy.phase === "running" && !copy.isStepping;
  }

  #addSiteSteps(site: number, steps: number[]): void {
    const { places, home } = this.system;
    const { copy, resident, isDown, isKnownDown } = places[site];
    if (isDown && !isKnownDown) steps.push(stepOf("learn", site));
    if (!isDown && this.#left.crash > 0) steps.push(stepOf("crash", site));
    if (this.#left.move > 0 && home.phase === "running" && site !== home.site && !isKnownDown) {
      steps.push(stepOf("move", site));
    }
    if (copy === undefined || resident === null) return;
    if (copy.isStepping) {
      steps.push(stepOf("yield", site), stepOf("end", site));
      if (this.#options.fails && copy.move !== undefined) steps.push(stepOf("yield", site, true));
    } else if (resident.isRunnable) steps.push(stepOf("begin", site));
    if (this.#left.checkpoint > 0 && this.system.canCheckpoint(site)) steps.push(stepOf("checkpoint", site));
  }

  #take(family: Family, about: number): void {
    const { system } = this;
    switch (family) {
      case "deliver":
        return system.deliver(about);
      case "lose":
        system.channels.queues[about].pop();
        return;
      case "learn":
        return system.learn(about);
      case "yield":
        return system.places[about].site.suspended(0);
      case "begin":
        return system.begin(about);
      case "end":
        return system.end(about);
      case "post":
        this.#left.post--;
        if (system.mailbox.post(system.mailbox.last + 1, 1) < 0) throw new Violation("messages", "the mailbox is full");
        return;
      case "move":
        this.#left.move--;
        if (!system.move(about)) throw new Violation("moved", "a move that could be made is refused");
        return;
      case "give up":
        return system.home.giveUp("it took too long");
      case "checkpoint":
        this.#left.checkpoint--;
        return system.takeCheckpoint(about);
      case "crash":
        this.#left.crash--;
        return system.crash(about);
      default:
        return family satisfies never;
    }
  }
}
