import type { Mode } from "@isles/coherence";
import { Machine, type MachineMutation, type MachineOptions } from "./machine.ts";
import type { Model } from "./model.ts";
import { describeMachine, describeMessage } from "./words.ts";

/** Steps are numbers: a family in the high bits, what it is about in the low ones. Family 0 is a delivery. */
const FAMILY = 0x10000;
export const step = (family: number, about: number): number => family * FAMILY + about;
export const familyOf = (value: number): number => Math.floor(value / FAMILY);
export const aboutOf = (value: number): number => value % FAMILY;

const DELIVER = 0;
/** The delivery of a write-back that takes the home along, where homes move. */
const DELIVER_AND_MOVE = 15;
const isDelivery = (value: number): boolean => familyOf(value) === DELIVER || familyOf(value) === DELIVER_AND_MOVE;
/** A delivery's `about` is `place * CHANNELS + channel`; place is 0 unless a mutant loses the order. */
const CHANNELS = 64;

/** What all models share: a machine whose channels deliver. Subclasses add the programs of the sites. */
export abstract class MachineModel implements Model {
  readonly machine: Machine;
  readonly #words: number[] = [];

  constructor(options: MachineOptions, mutation: MachineMutation = {}) {
    this.machine = new Machine(
      options,
      {
        held: (site, page, right) => this.held(site, page, right),
        ready: (site, page) => this.ready(site, page),
        readOnce: (site, page) => this.readOnce(site, page),
      },
      mutation,
    );
  }

  initial(): string {
    return this.key();
  }

  key(): string {
    this.#words.length = 0;
    this.machine.capture(this.#words);
    this.capturePrograms(this.#words);
    return String.fromCharCode.apply(null, this.#words);
  }

  restore(key: string): void {
    const words = this.#words;
    words.length = key.length;
    for (let i = 0; i < key.length; i++) words[i] = key.charCodeAt(i);
    this.restorePrograms(words, this.machine.restore(words, 0));
  }

  steps(): readonly number[] {
    const steps: number[] = [];
    const { channels, losesOrder } = this.machine;
    for (let channel = 0; channel < channels.count; channel++) {
      const places = losesOrder ? channels.length(channel) : Math.min(1, channels.length(channel));
      for (let place = 0; place < places; place++) {
        steps.push(step(DELIVER, place * CHANNELS + channel));
        if (this.machine.mayMoveHome(channel, place)) steps.push(step(DELIVER_AND_MOVE, place * CHANNELS + channel));
      }
    }
    this.addProgramSteps(steps);
    return steps;
  }

  take(value: number): void {
    if (!isDelivery(value)) {
      this.takeProgramStep(familyOf(value), aboutOf(value));
      return;
    }
    this.machine.movesHome = familyOf(value) === DELIVER_AND_MOVE;
    const endpoint = this.machine.deliver(aboutOf(value) % CHANNELS, Math.floor(aboutOf(value) / CHANNELS));
    if (endpoint < this.machine.options.sites) this.afterDelivery(endpoint);
  }

  check(): void {
    this.machine.check();
  }

  isQuiescent(): boolean {
    return this.machine.isQuiescent;
  }

  isOwed(value: number): boolean {
    return isDelivery(value);
  }

  /** A channel is one duty whatever it carries; other owed steps are a duty each. */
  dutyOf(value: number): number {
    return isDelivery(value) ? aboutOf(value) % CHANNELS : value;
  }

  duties(): readonly number[] {
    return this.steps()
      .filter((value) => this.isOwed(value))
      .map((value) => this.dutyOf(value));
  }

  get waiters(): number {
    return this.machine.options.sites;
  }

  describeStep(value: number): string {
    if (!isDelivery(value)) return this.describeProgramStep(familyOf(value), aboutOf(value));
    const channel = aboutOf(value) % CHANNELS;
    const { endpoints } = this.machine.channels;
    const message = this.machine.channels.peek(channel, Math.floor(aboutOf(value) / CHANNELS));
    const text = describeMessage(this.machine, message, Math.floor(channel / endpoints), channel % endpoints);
    return familyOf(value) === DELIVER_AND_MOVE ? `${text}, which takes the home along` : text;
  }

  describe(): string {
    return describeMachine(this.machine);
  }

  measures(): Readonly<Record<string, number>> {
    return { "most messages of a page in a channel": this.machine.channels.mostOfOnePage };
  }

  abstract isWaiting(waiter: number): boolean;
  protected abstract held(site: number, page: number, right: Mode): boolean;
  protected abstract ready(site: number, page: number): void;
  protected abstract readOnce(site: number, page: number): void;
  protected abstract afterDelivery(site: number): void;
  protected abstract addProgramSteps(steps: number[]): void;
  protected abstract takeProgramStep(family: number, about: number): void;
  protected abstract describeProgramStep(family: number, about: number): string;
  protected abstract capturePrograms(out: number[]): void;
  protected abstract restorePrograms(words: ArrayLike<number>, at: number): number;
}
