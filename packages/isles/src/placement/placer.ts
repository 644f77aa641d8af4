import { SiteDownError } from "@isles/base";
import type { PageSpan, ResidenceService, Residences } from "@isles/dsm/internal";
import type { Scheduler } from "../scheduler.ts";
import type { Decision, Decisions } from "./decisions.ts";
import { LoopMeter, type ReadLoop } from "./loop-meter.ts";
import { bytesOf, type Candidate, type Placement, placeByData, placeByLoad, type SiteLoad } from "./place.ts";

/** What decisions are made from. */
export interface PlacerParts {
  readonly sites: number;
  readonly scheduler: Scheduler;
  /** The launcher's, which asks the sites'. */
  readonly residence: ResidenceService;
  readonly decisions: Decisions;
  readonly isUp: (site: number) => boolean;
  readonly readLoop: ReadLoop;
}

/** A placement with what it was made from. */
export interface PlacedByData extends Placement {
  /** See {@link Decision}. */
  readonly bytes: readonly number[];
  readonly load: readonly SiteLoad[];
}

/** Decides where functions run, and records why. There is one in a cluster, at the launcher. */
export class Placer {
  readonly #parts: PlacerParts;
  readonly #meter: LoopMeter;
  /** Functions that sites have started on each site, by who started them. */
  readonly #jobs: Map<number, number[]> = new Map();

  constructor(parts: PlacerParts) {
    this.#parts = parts;
    this.#meter = new LoopMeter(parts.sites, parts.readLoop, () => performance.now());
    parts.residence.isUp = parts.isUp;
    parts.residence.isBusy = (site) => this.#queueOf(site) > 0;
    parts.scheduler.onIdle = (site) => this.#meter.restart(site);
  }

  /** Where the pages are, as the sites say; see `ResidenceService.ask`. */
  ask(spans: readonly PageSpan[]): Promise<Residences> {
    return this.#parts.residence.ask(spans);
  }

  /** The same without asking; undefined if sites must be asked. */
  known(spans: readonly PageSpan[]): Residences | undefined {
    return this.#parts.residence.standing(spans);
  }

  /** The site with the least to do. Throws SiteDownError if none is up. */
  byLoad(name: string): Placement {
    const candidates = this.#candidates(anySite);
    const placement = placeByLoad(candidates);
    const load = this.#loads(candidates);
    this.#parts.decisions.record({ what: "run", name, ...placement, load });
    return placement;
  }

  /** The site with the least to do, for a process: `counts` are those that are at each site. Throws SiteDownError if none is up. */
  forProcess(name: string, counts: readonly number[]): Placement {
    const candidates = this.#candidates(anySite).map(({ site, load }) => ({
      site,
      load: { ...load, queue: load.queue + counts[site]! },
    }));
    const placement = placeByLoad(candidates);
    this.#parts.decisions.record({ what: "spawn", name, ...placement, load: this.#loads(candidates) });
    return placement;
  }

  /** The site that is nearest to data, for a process. Throws SiteDownError if none is up. */
  async nearProcess(name: string, spans: readonly PageSpan[]): Promise<Placement> {
    const placed = this.byData(spans, await this.#parts.residence.ask(spans));
    this.#parts.decisions.record({ what: "spawn", name, ...placed });
    return placed;
  }

  /**
   * The site that is nearest to the data, of those that may be chosen. `queuedAt` is where what is placed is queued already: it
   * does not count there. Not recorded. Throws SiteDownError if there is none.
   */
  byData(
    spans: readonly PageSpan[],
    found: Residences,
    queuedAt = -1,
    mayBe: (site: number) => boolean = anySite,
  ): PlacedByData {
    const candidates = this.#candidates(mayBe, queuedAt);
    const placement = placeByData(candidates, found, () => {
      const { owned, cached, home } = this.#parts.residence.count(spans);
      return owned + cached + home;
    });
    const { site, reason } = placement;
    return { site, reason, bytes: bytesOf(found), load: this.#loads(candidates) };
  }

  recordByData(name: string, placed: PlacedByData): void {
    const { site, reason, bytes, load } = placed;
    this.#parts.decisions.record({ what: "run", name, site, reason, bytes, load });
  }

  /** Changes whenever a site has said where data is. */
  get news(): number {
    return this.#parts.residence.answers;
  }

  /** An earlier answer with what has been heard since. */
  update(spans: readonly PageSpan[], found: Residences): Residences {
    return this.#parts.residence.update(spans, found);
  }

  /** A site has been told to start a function on another, or it has ended there. */
  countJob(by: number, site: number, change: 1 | -1): void {
    const jobs = this.#jobs.get(by) ?? new Array<number>(this.#parts.sites).fill(0);
    this.#jobs.set(by, jobs);
    jobs[site] = Math.max(0, jobs[site]! + change);
  }

  siteDown(site: number): void {
    this.#jobs.delete(site);
    this.#parts.residence.siteDown(site);
  }

  /** Those that are up and may be chosen. */
  #candidates(mayBe: (site: number) => boolean, queuedAt = -1): Candidate[] {
    const candidates: Candidate[] = [];
    const { sites, isUp } = this.#parts;
    for (let site = 0; site < sites; site++) {
      if (isUp(site) && mayBe(site)) candidates.push({ site, load: this.#loadOf(site, site === queuedAt ? 1 : 0) });
    }
    if (candidates.length > 0) return candidates;
    throw new SiteDownError(0, "every site of the cluster is down; close it and launch it again");
  }

  #loadOf(site: number, notCounted: number): SiteLoad {
    const heapBytes = this.#parts.residence.heapBytes[site]!;
    return { queue: this.#queueOf(site) - notCounted, loopUse: this.#meter.use(site), heapBytes };
  }

  #queueOf(site: number): number {
    let queue = this.#parts.scheduler.queueOf(site);
    if (this.#jobs.size > 0) for (const jobs of this.#jobs.values()) queue += jobs[site]!;
    return queue;
  }

  /** By site; one that could not be chosen counts as having nothing to do. */
  #loads(candidates: readonly Candidate[]): SiteLoad[] {
    const loads = new Array<SiteLoad>(this.#parts.sites).fill(NO_LOAD);
    for (const { site, load } of candidates) loads[site] = load;
    return loads;
  }
}

const anySite = (): boolean => true;

const NO_LOAD: SiteLoad = { queue: 0, loopUse: 0, heapBytes: 0 };
