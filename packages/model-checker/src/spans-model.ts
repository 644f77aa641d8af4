import {
  type Acquisition,
  Mode,
  type PageRange,
  Phase,
  Pins,
  SpanDriver,
  type SpanPages,
  State,
} from "@isles/coherence";
import type { MachineMutation, MachineOptions } from "./machine.ts";
import { familyOf, MachineModel, step } from "./machine-model.ts";
import { Violation } from "./violation.ts";

const BEGIN = 1;
const RELEASE = 2;
const EVICT = 3;
const RESUME = 4;
/** Duties that no step does: a page pinned by a site, by `site * pages + page`. */
const LET_GO = 0x1000000;

/** A span that a site may begin, as its program would write it. No range and blocking: a wait for something else. */
export interface SpanShape {
  readonly name: string;
  readonly ranges: readonly PageRange[];
  /** False: the site's thread goes on while the span is collected. */
  readonly blocking: boolean;
  /** Requests all missing pages at once before it waits. */
  readonly prefetches: boolean;
}

export interface SpansOptions extends MachineOptions {
  /** What each site may begin. */
  readonly shapes: readonly (readonly SpanShape[])[];
  /** How many spans a site may have at a time: 2 = nested. */
  readonly spansMax: number;
  /** Sites also evict pages that are not held. */
  readonly evicts: boolean;
  /** Programs end no span while they await another, as straight-line async code does. */
  readonly awaits?: boolean;
}

/** What a seeded fault changes in Pins and SpanDriver. */
export interface SpansMutation extends MachineMutation {
  readonly makePins?: (pages: SpanPages) => Pins;
  readonly makeDriver?: (pins: Pins, pages: SpanPages) => SpanDriver;
}

/**
 * Sites begin, nest and end spans whenever they like, by the shipped Pins and SpanDriver. A granted span stores to
 * the pages it wants to write at once. Region 0 is all there is; a page's address is its number.
 */
export class SpansModel extends MachineModel {
  readonly #options: SpansOptions;
  readonly #pins: readonly Pins[];
  readonly #drivers: readonly SpanDriver[];

  constructor(options: SpansOptions, mutation: SpansMutation = {}) {
    super(options, mutation);
    this.#options = options;
    const makePins = mutation.makePins ?? ((pages) => new Pins(pages));
    const makeDriver = mutation.makeDriver ?? ((pins, pages) => new SpanDriver(pins, pages));
    const pages = this.machine.caches.map((_, site) => this.#spanPages(site));
    this.#pins = pages.map(makePins);
    this.#drivers = this.#pins.map((pins, site) => makeDriver(pins, pages[site]));
  }

  override check(): void {
    super.check();
    for (let site = 0; site < this.#options.sites; site++) {
      if (this.#pins[site].blocking === null) this.#checkGranted(site);
    }
  }

  override isQuiescent(): boolean {
    return super.isQuiescent() && this.#pins.every((pins) => pins.idle);
  }

  /** Granted spans and waits for something else end some day; all else is the programs' choice. */
  override isOwed(value: number): boolean {
    return super.isOwed(value) || familyOf(value) === RELEASE || familyOf(value) === RESUME;
  }

  /** Besides, no page stays pinned for ever, not even by spans that overlap hand over hand: programs owe that. */
  override duties(): readonly number[] {
    const duties = [...super.duties()];
    const { sites, pages } = this.#options;
    for (let at = 0; at < sites * pages; at++) {
      if (this.held(Math.floor(at / pages), at % pages)) duties.push(LET_GO + at);
    }
    return duties;
  }

  override get waiters(): number {
    return 2 * this.#options.sites;
  }

  /** A site's blocking wait is one waiter; its async span is another, as long as the site begins nothing else. */
  override isWaiting(waiter: number): boolean {
    const { sites } = this.#options;
    const { blocking, live } = this.#pins[waiter % sites];
    if (waiter < sites) return blocking !== null;
    return blocking === null && live.length === 1 && live[0].phase === Phase.Pending;
  }

  override describe(): string {
    const spans = this.#pins.map((pins, site) => `site ${site} ${pins.live.map(describeSpan).join(" ") || "no span"}`);
    return `${super.describe()}; ${spans.join("; ")}`;
  }

  protected override held(site: number, page: number, right: Mode = Mode.Read): boolean {
    return this.#pins[site].held(0, page, right);
  }

  protected override ready(): void {}

  protected override readOnce(site: number, page: number): void {
    this.#drivers[site].readOnce(0, page);
  }

  protected override afterDelivery(site: number): void {
    this.#goOn(site);
  }

  protected override addProgramSteps(steps: number[]): void {
    const { sites } = this.#options;
    for (let site = 0; site < sites; site++) {
      const pins = this.#pins[site];
      if (isElsewhere(pins.blocking)) steps.push(step(RESUME, site * 16));
      if (pins.blocking !== null || (this.#options.awaits && pins.live.some(isPending))) continue;
      pins.live.forEach((acquisition, at) => {
        if (acquisition.phase === Phase.Granted) steps.push(step(RELEASE, site * 16 + at));
      });
      if (pins.live.length < this.#options.spansMax) this.#addBegins(site, steps);
      if (this.#options.evicts) this.#addEvictions(site, steps);
    }
  }

  protected override takeProgramStep(family: number, about: number): void {
    const site = about >> 4;
    const which = about & 15;
    const driver = this.#drivers[site];
    const { blocking } = this.#pins[site];
    if (family === EVICT) this.machine.caches[site].evict(which);
    else if (family === RESUME && blocking !== null) driver.next(blocking);
    else if (family === RELEASE) driver.release(this.#pins[site].live[which]);
    else if (family === BEGIN) {
      const shape = this.#options.shapes[site][which];
      const acquisition = driver.begin(shape.ranges, shape.blocking);
      if (shape.prefetches) driver.prefetch(acquisition, Number.MAX_SAFE_INTEGER);
    }
    this.#goOn(site);
  }

  protected override describeProgramStep(family: number, about: number): string {
    const site = about >> 4;
    const which = about & 15;
    if (family === EVICT) return `site ${site} evicts page ${which}`;
    if (family === RESUME) return `site ${site} has waited enough`;
    if (family === RELEASE) return `site ${site} ends ${describeSpan(this.#pins[site].live[which])}`;
    return `site ${site} begins ${this.#options.shapes[site][which].name}`;
  }

  protected override capturePrograms(out: number[]): void {
    for (const pins of this.#pins) pins.capture(out);
  }

  protected override restorePrograms(words: ArrayLike<number>, at: number): number {
    let next = at;
    for (const pins of this.#pins) next = pins.restore(words, next);
    return next;
  }

  /** What the shell does after each message: every waiting span looks again, the blocking one first. */
  #goOn(site: number): void {
    const pins = this.#pins[site];
    const { blocking } = pins;
    if (isElsewhere(blocking)) return;
    if (blocking !== null && this.#isStillWaiting(site, blocking)) return;
    for (const acquisition of [...pins.live]) {
      if (acquisition.phase === Phase.Pending) this.#isStillWaiting(site, acquisition);
    }
  }

  #isStillWaiting(site: number, acquisition: Acquisition): boolean {
    if (this.#drivers[site].next(acquisition)) return true;
    this.#checkGranted(site);
    for (const range of acquisition.ranges) {
      if (range.mode !== Mode.Write) continue;
      for (let page = range.first; page <= range.last; page++) this.machine.completeStore(site, page);
    }
    return false;
  }

  /** While the site's thread runs, every granted span has all its pages, in the mode it asked for. */
  #checkGranted(site: number): void {
    for (const acquisition of this.#pins[site].live) {
      if (acquisition.phase !== Phase.Granted) continue;
      for (const range of acquisition.ranges) {
        for (let page = range.first; page <= range.last; page++) {
          if (this.#satisfied(site, page, range.mode)) continue;
          throw new Violation("pinned", `site ${site} runs, but page ${page} of a granted span is not there`);
        }
      }
    }
  }

  #satisfied(site: number, page: number, mode: Mode): boolean {
    const state = this.machine.stateAt(site, page);
    return mode === Mode.Write ? state === State.M : state >= State.S;
  }

  #addBegins(site: number, steps: number[]): void {
    this.#options.shapes[site].forEach((_, which) => {
      steps.push(step(BEGIN, site * 16 + which));
    });
  }

  #addEvictions(site: number, steps: number[]): void {
    for (let page = 0; page < this.#options.pages; page++) {
      const state = this.machine.stateAt(site, page);
      if ((state === State.S || state === State.M) && !this.held(site, page)) steps.push(step(EVICT, site * 16 + page));
    }
  }

  #spanPages(site: number): SpanPages {
    const cache = this.machine.caches[site];
    return {
      satisfied: (_region, page, mode) => this.#satisfied(site, page, mode),
      load: (_region, page) => cache.load(page),
      store: (_region, page) => cache.store(page),
      settleAll: () => cache.settleAll(),
      get losses() {
        return cache.losses;
      },
    };
  }
}

const isPending = (acquisition: Acquisition): boolean => acquisition.phase === Phase.Pending;

/** Waiting for something that is no page, and nothing fetched back yet. */
function isElsewhere(blocking: Acquisition | null): boolean {
  return blocking !== null && blocking.ranges.length === 0 && blocking.page < 0;
}

function describeSpan(acquisition: Acquisition): string {
  const ranges = acquisition.ranges.map(
    ({ first, last, mode }) =>
      `${mode === Mode.Write ? "write" : "read"} ${first === last ? first : `${first}-${last}`}`,
  );
  const phase = acquisition.phase === Phase.Granted ? "granted" : `waits for ${acquisition.page}`;
  return `[${ranges.join(", ") || "no page"}: ${phase}]`;
}
