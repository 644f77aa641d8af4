import { ReleasedError } from "@isles/base";
import type { Kind, Mode, SpanPages } from "@isles/coherence";
import type { RegionDescriptor } from "./descriptor.ts";
import type { RegionTable } from "./record-inbox.ts";
import type { Region } from "./region.ts";
import { releaseBodyBytes } from "./release-region.ts";

/** The regions an endpoint takes part in, and those that were freed: what is still on its way for them is dropped. */
export class RegionSet implements RegionTable, SpanPages {
  /** In the order of their numbers' arrival; few, so that settling all of them is cheap. */
  readonly all: Region[] = [];
  readonly #byId = new Map<number, Region>();
  readonly #freed = new Map<number, RegionDescriptor>();
  #lossesOfFreed = 0;

  add(region: Region): void {
    this.all.push(region);
    this.#byId.set(region.id, region);
  }

  regionOf(id: number): Region | undefined {
    return this.#byId.get(id);
  }

  isFreed(id: number): boolean {
    return this.#freed.has(id);
  }

  freedBodyBytes(id: number, kind: Kind, acks: number): number | undefined {
    const freed = this.#freed.get(id);
    if (freed === undefined) return undefined;
    return freed.consistency === "release" ? releaseBodyBytes(kind, acks, freed.pageSize) : freed.pageSize;
  }

  freedError(id: number): ReleasedError {
    const name = this.#freed.get(id)?.name ?? `region ${id}`;
    return new ReleasedError(
      `shared array "${name}" was freed; make it again with site.memory under the same or another name`,
    );
  }

  /** Returns the region, if this endpoint took part in it. */
  free(descriptor: RegionDescriptor): Region | undefined {
    const { id } = descriptor;
    this.#freed.set(id, descriptor);
    const region = this.#byId.get(id);
    if (region === undefined) return undefined;
    this.#byId.delete(id);
    this.all.splice(this.all.indexOf(region), 1);
    this.#lossesOfFreed += region.cache.losses + 1;
    region.free(this.freedError(id));
    return region;
  }

  /** Rights ever lost by any cache; only ever grows. */
  get losses(): number {
    let losses = this.#lossesOfFreed;
    for (const region of this.all) losses += region.cache.losses;
    return losses;
  }

  // SpanPages (what Pins and SpanDriver ask); a freed region holds nobody up

  satisfied(region: number, page: number, mode: Mode): boolean {
    return this.#byId.get(region)?.satisfied(page, mode) ?? true;
  }

  firstMissing(region: number, first: number, last: number, mode: Mode): number {
    return this.#byId.get(region)?.firstMissing(first, last, mode) ?? last + 1;
  }

  load(region: number, page: number): boolean {
    return this.#byId.get(region)?.cache.load(page) ?? true;
  }

  store(region: number, page: number): boolean {
    return this.#byId.get(region)?.cache.store(page) ?? true;
  }

  settleAll(): void {
    for (const region of this.all) region.cache.settleAll();
  }
}
