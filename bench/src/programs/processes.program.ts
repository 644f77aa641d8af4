/** The same generators as processes, and processes that are moved. */
import { defineProcess, receive, type Site } from "isles";
import { generators, microseconds } from "../raw/generators.ts";

export const counts = defineProcess(generators.counts);
export const walks = defineProcess(generators.walks);
export const nests = defineProcess(generators.nests);
export const iterates = defineProcess(generators.iterates);
export const guards = defineProcess(generators.guards);

/** What a process of the bench carries along. */
export interface Ballast {
  readonly kind: "bytes" | "objects";
  /** About so much, in bytes. */
  readonly size: number;
}

/** Bytes that an object of a graph counts as: two numbers, a short text and a reference. */
export const OBJECT_BYTES = 64;

interface Item {
  readonly id: number;
  readonly weight: number;
  readonly name: string;
  readonly parent: Item | undefined;
}

/** A typed array, or a tree of objects of which each knows the one above. */
export function ballastOf({ kind, size }: Ballast): Uint8Array | Item[] {
  if (kind === "bytes") return new Uint8Array(size).fill(7);
  const items: Item[] = [];
  for (let id = 0; id < size / OBJECT_BYTES; id++)
    items.push({ id, weight: id / 3, name: `item ${id}`, parent: items[(id - 1) >> 1] });
  return items;
}

/**
 * Runs until it has come to another site `moves` times: for how long it stood still each time, in microseconds, from its
 * last step before the move to its first one after it.
 */
export const travels = defineProcess(function* (site, moves: number, ballast: Ballast) {
  const carried = ballastOf(ballast);
  const freezes = new Float64Array(moves);
  let moved = 0;
  let here = site.id;
  let last = microseconds();
  while (moved < moves) {
    if (site.id !== here) {
      freezes[moved++] = microseconds() - last;
      here = site.id;
    }
    last = microseconds();
    yield;
  }
  return carried.length > 0 ? freezes : new Float64Array(0);
});

/** Carries something and waits for a message, then says how much it carried. */
export const rests = defineProcess(function* (_site, ballast: Ballast) {
  const carried = ballastOf(ballast);
  yield receive();
  return carried.length;
});

/** Microseconds that a structured clone of as much takes on this site. */
export function copies(_site: Site, { kind, size }: Ballast): number {
  const value = ballastOf({ kind, size });
  const start = microseconds();
  const copy = structuredClone(value);
  return copy.length === value.length ? microseconds() - start : Number.NaN;
}
