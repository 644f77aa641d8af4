/**
 * A worker that keeps a range of the vertices, and the edges to them. In `given` its own vertices come first, then those of the others
 * that it has edges from, in the order of their numbers: blocks that come from the others lie there as they are.
 */
import { giveAway as giveAlongEdges, type Part, pull, type Rows } from "@isles/examples";
import { giveAway } from "../give-away.ts";
import { type Blocks, buffersOfBlocks } from "./exchange.ts";

/** What a worker gets of the graph: all edges to its part of the vertices. */
export interface Share extends Rows {
  readonly parts: readonly Part[];
  readonly worker: number;
  readonly outDegrees: Int32Array;
}

/** The ranks of this worker's vertices that have no edges, and what the others give: a block for each worker. */
export interface Given {
  readonly stranded: number;
  readonly blocks: Blocks;
}

let ranks = new Float64Array(0);
let given = new Float64Array(0);
let ownGiven = given;
let outDegrees: Int32Array;
let rows: Rows;
/** Which of this worker's vertices each of the workers has edges from. */
let asked: readonly Int32Array[] = [];

/** Returns which vertices of each worker this one has edges from, counted from the first of that worker's. */
export function begin(share: Share): Int32Array[] {
  const { start, end } = share.parts[share.worker]!;
  const places = new Int32Array(share.parts.at(-1)!.end);
  for (const source of share.sources) places[source] = 1;
  let place = end - start;
  const wanted = share.parts.map((part, owner) => {
    const vertices: number[] = [];
    for (let v = part.start; v < part.end; v++) {
      if (owner === share.worker) {
        places[v] = v - start;
      } else if (places[v] === 1) {
        places[v] = place++;
        vertices.push(v - part.start);
      }
    }
    return Int32Array.from(vertices);
  });
  ranks = new Float64Array(end - start);
  given = new Float64Array(place);
  ownGiven = given.subarray(0, end - start);
  outDegrees = share.outDegrees;
  rows = { offsets: share.offsets, sources: share.sources.map((source) => places[source]!) };
  return wanted;
}

export function serve(vertices: readonly Int32Array[]): void {
  asked = vertices;
}

export function reset(vertices: number): void {
  ranks.fill(1 / vertices);
  given.fill(0);
}

export function give(): Given {
  const stranded = giveAlongEdges(ranks, outDegrees, ownGiven);
  const blocks = asked.map(gather);
  return giveAway({ stranded, blocks }, buffersOfBlocks(blocks));
}

/** An iteration's second half, and the next one's first. */
export function pullAndGive(blocks: Blocks, base: number): Given {
  pullOnly(blocks, base);
  return give();
}

/** New ranks, given what the others' vertices give. */
export function pullOnly(blocks: Blocks, base: number): void {
  let at = ranks.length;
  for (const block of blocks) {
    given.set(block, at);
    at += block.length;
  }
  pull(rows, given, base, ranks, 0, ranks.length);
}

export function result(): Float64Array {
  return ranks;
}

function gather(vertices: Int32Array): Float64Array<ArrayBuffer> {
  const block = new Float64Array(vertices.length);
  for (let k = 0; k < block.length; k++) block[k] = ownGiven[vertices[k]!]!;
  return block;
}
