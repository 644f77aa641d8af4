import { ReleasedError } from "@isles/base";
import type { RegionTable } from "./record-inbox.ts";
import type { Region } from "./region.ts";

/** The regions an endpoint takes part in, and those that were freed: what is still on its way for them is dropped. */
export class RegionSet implements RegionTable {
  /** In the order of their numbers' arrival; few, so that settling all of them is cheap. */
  readonly all: Region[] = [];
  readonly #byId = new Map<number, Region>();
  readonly #freed = new Map<number, { name: string; pageSize: number }>();
  #lossesOfFreed = 0;

  add(region: Region): void {
    this.all.push(region);
    this.#byId.set(region.id, region);
  }

  regionOf(id: number): Region | undefined {
    return this.#byId.get(id);
  }

  freedPageSize(id: number): number | undefined {
    return this.#freed.get(id)?.pageSize;
  }

  freedError(id: number): ReleasedError {
    const name = this.#freed.get(id)?.name ?? `region ${id}`;
    return new ReleasedError(
      `shared array "${name}" was freed; make it again with site.memory under the same or another name`,
    );
  }

  free(id: number, name: string, pageSize: number): void {
    this.#freed.set(id, { name, pageSize });
    const region = this.#byId.get(id);
    if (region === undefined) return;
    this.#byId.delete(id);
    this.all.splice(this.all.indexOf(region), 1);
    this.#lossesOfFreed += region.cache.losses + 1;
    region.free(this.freedError(id));
  }

  /** Rights ever lost by any cache; only ever grows. */
  get losses(): number {
    let losses = this.#lossesOfFreed;
    for (const region of this.all) losses += region.cache.losses;
    return losses;
  }
}
