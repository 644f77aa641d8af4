import { State } from "@isles/coherence";
import type { MachineMutation, MachineOptions } from "./machine.ts";
import { MachineModel, step } from "./machine-model.ts";
import { Violation } from "./violation.ts";

const LOAD = 1;
const STORE = 2;
const EVICT = 3;
const PIN = 4;
const UNPIN = 5;

export interface AccessesOptions extends MachineOptions {
  /** Sites also pin a readable page and unpin it, whenever they like. */
  readonly pins: boolean;
  /** Sites also evict pages (the runtime does not yet). Default true. */
  readonly evicts?: boolean;
}

/**
 * Every site loads, stores and evicts every page whenever it likes, one access per page at a time: the textbook's
 * setting. With `pins` it also holds pages for any time, which defers Inv and forwards.
 */
export class AccessesModel extends MachineModel {
  readonly #options: AccessesOptions;
  /** By `site * pages + page`. */
  readonly #pinned: Uint8Array;

  constructor(options: AccessesOptions, mutation: MachineMutation = {}) {
    super(options, mutation);
    this.#options = options;
    this.#pinned = new Uint8Array(options.sites * options.pages);
  }

  override isWaiting(site: number): boolean {
    const { state } = this.machine.caches[site];
    return state.some((s) => (s >= State.IS_D && s <= State.IM_A) || s === State.SM_AD || s === State.SM_A);
  }

  override isOwed(value: number): boolean {
    return super.isOwed(value) || Math.floor(value / 0x10000) === UNPIN;
  }

  protected override held(site: number, page: number): boolean {
    return this.#pinned[site * this.#options.pages + page] === 1;
  }

  protected override ready(site: number, page: number): void {
    const state = this.machine.stateAt(site, page);
    if (state < State.S)
      throw new Violation("progress", `site ${site} lost page ${page} before the waiting access ran`);
    if (state === State.M) this.machine.completeStore(site, page);
  }

  protected override readOnce(_site: number, page: number): void {
    this.machine.completeReadOnce(page);
  }

  protected override afterDelivery(): void {}

  protected override addProgramSteps(steps: number[]): void {
    const { sites, pages } = this.#options;
    for (let at = 0; at < sites * pages; at++) {
      const state = this.machine.stateAt(Math.floor(at / pages), at % pages);
      const pinned = this.#pinned[at] === 1;
      // In a transient state the access only waits; taking the step proves that it changes nothing.
      if (state < State.S) steps.push(step(LOAD, at));
      steps.push(step(STORE, at));
      if (this.#options.evicts !== false) steps.push(step(EVICT, at));
      if (this.#options.pins && !pinned && state >= State.S) steps.push(step(PIN, at));
      if (pinned) steps.push(step(UNPIN, at));
    }
  }

  protected override takeProgramStep(family: number, at: number): void {
    const { pages } = this.#options;
    const site = Math.floor(at / pages);
    const page = at % pages;
    const cache = this.machine.caches[site];
    if (family === LOAD) cache.load(page);
    else if (family === STORE) {
      if (cache.store(page)) this.machine.completeStore(site, page);
    } else if (family === EVICT) cache.evict(page);
    else {
      this.#pinned[at] = family === PIN ? 1 : 0;
      if (family === UNPIN) cache.settleAll();
    }
  }

  protected override describeProgramStep(family: number, at: number): string {
    const verb = ["", "loads from", "stores to", "evicts", "pins", "unpins"][family];
    return `site ${Math.floor(at / this.#options.pages)} ${verb} page ${at % this.#options.pages}`;
  }

  protected override capturePrograms(out: number[]): void {
    for (const pinned of this.#pinned) out.push(pinned);
  }

  protected override restorePrograms(words: ArrayLike<number>, at: number): number {
    for (let i = 0; i < this.#pinned.length; i++) this.#pinned[i] = words[at + i];
    return at + this.#pinned.length;
  }
}
