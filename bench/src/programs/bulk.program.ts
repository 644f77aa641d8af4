/** Ranges of shared arrays that are moved and copied in bulk. */
import type { SharedArray, Site } from "isles";
import { microseconds } from "../raw/generators.ts";

export interface Bulk {
  readonly array: SharedArray<Float64Array>;
}

/** This site writes all of it: nobody else has a copy. Returns what it wrote everywhere. */
export function take(site: Site, { array }: Bulk): number {
  const value = site.id + Math.random();
  using pages = array.write();
  pages.view.fill(value);
  return value;
}

/** Microseconds until site `to` owns all of it. */
export function move(_site: Site, { array, to }: Bulk & { readonly to: number }): number {
  const start = microseconds();
  array.moveTo(to);
  return microseconds() - start;
}

/** Microseconds until site `to` has a copy of all of it. */
export function replicate(_site: Site, { array, to }: Bulk & { readonly to: number }): number {
  const start = microseconds();
  array.replicateTo([to]);
  return microseconds() - start;
}

/** Microseconds that it takes to fault it in by one load a page; NaN unless every load gives `value`. */
export function fault(_site: Site, { array, value }: Bulk & { readonly value: number }): number {
  const start = microseconds();
  let same = 0;
  let pages = 0;
  for (let i = 0; i < array.length; i += 512) {
    if (array.get(i) === value) same++;
    pages++;
  }
  return same === pages ? microseconds() - start : Number.NaN;
}

let source: Float64Array | undefined;
let target: Float64Array | undefined;

/** Microseconds that a copy of as many elements takes within one thread, by `TypedArray.set`. */
export function copy(_site: Site, length: number): number {
  if (source?.length !== length) {
    source = new Float64Array(length).fill(1);
    target = new Float64Array(length).fill(2); // its memory is there
  }
  const start = microseconds();
  target!.set(source);
  return microseconds() - start;
}
