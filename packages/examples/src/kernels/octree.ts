/**
 * The tree of Barnes and Hut (*Nature* 324, 1986): a cube around all bodies is halved in all three directions, and so is each
 * part, until it holds few bodies. A group of bodies that is far away, for its size, attracts like one body in its centre of mass.
 *
 * The nodes lie in one array in depth-first order, each followed by what is in it; `skip` says where a node's contents end.
 * Walking the tree is then one loop without a stack (Barnes 1990): either skip a node or go on to the next one.
 */
import { BODY_NUMBERS } from "./plummer.ts";

/** Numbers of each node: centre of mass x, y, z; mass; the square of the distance from which it need not be opened. */
const NODE_NUMBERS = 5;
/** A cell with so many bodies or fewer is not divided. */
const LEAF_BODIES = 8;
/** Halvings after which bodies count as being in the same place. */
const DEEPEST = 48;
/** Cells with more bodies than this are an occasion for `rest`: every few tens of microseconds. */
const REST_BODIES = 256;

export class Octree {
  /** Nodes there are. */
  size = 0;
  readonly nodes: Float64Array;
  readonly skip: Int32Array;
  /** The bodies in the order of the tree, so that those which are close in space are close in this array. */
  readonly order: Int32Array;
  readonly #theta: number;
  readonly #rest: () => void;
  readonly #sorted: Int32Array;
  readonly #octants: Uint8Array;
  /** Where each octant begins in `order`: nine numbers for each depth, one set in use per level of the recursion. */
  readonly #starts = new Int32Array(9 * (DEEPEST + 1));
  #positions: Float64Array = new Float64Array(0);

  /**
   * For `count` bodies. A cell is not opened if its side, seen from a body, is smaller than `theta`: side / distance. `rest` is called now
   * and then while the tree is built.
   */
  constructor(count: number, theta: number, rest: () => void = () => undefined) {
    // Every inner cell has two parts at least, and a leaf cell two bodies: fewer than two nodes a body.
    this.nodes = new Float64Array(2 * NODE_NUMBERS * count);
    this.skip = new Int32Array(2 * count);
    this.order = new Int32Array(count);
    this.#theta = theta;
    this.#rest = rest;
    this.#sorted = new Int32Array(count);
    this.#octants = new Uint8Array(count);
  }

  /** Builds the tree anew. It depends on the positions alone, to the last bit. */
  build(positions: Float64Array): void {
    const { order } = this;
    for (let i = 0; i < order.length; i++) order[i] = i;
    this.#positions = positions;
    this.size = 0;
    const [x, y, z, half] = cubeAround(positions, order.length);
    this.#divide(0, order.length, x, y, z, half, 0);
  }

  /** Makes a cell of bodies `start` to `end` of the order; its centre and half its side are given. */
  #divide(start: number, end: number, x: number, y: number, z: number, half: number, depth: number): void {
    if (end - start > REST_BODIES) this.#rest();
    if (end - start <= LEAF_BODIES || depth === DEEPEST) {
      this.#leaf(start, end, half);
      return;
    }
    const isSplit = this.#sortByOctant(start, end, x, y, z, 9 * depth);
    // A cell whose bodies are all in one octant is no node of its own.
    const node = isSplit ? this.size++ : -1;
    const quarter = half / 2;
    for (let octant = 0; octant < 8; octant++) {
      const from = this.#starts[9 * depth + octant];
      const until = this.#starts[9 * depth + octant + 1];
      if (from === until) continue;
      const xPart = (octant & 4) !== 0 ? x + quarter : x - quarter;
      const yPart = (octant & 2) !== 0 ? y + quarter : y - quarter;
      const zPart = (octant & 1) !== 0 ? z + quarter : z - quarter;
      this.#divide(from, until, xPart, yPart, zPart, quarter, depth + 1);
    }
    if (isSplit) this.#finish(node, half);
  }

  /** A stable sort of bodies `start` to `end` by octant; says whether they are in more than one. */
  #sortByOctant(start: number, end: number, x: number, y: number, z: number, at: number): boolean {
    const { order } = this;
    const positions = this.#positions;
    const octants = this.#octants;
    const sorted = this.#sorted;
    const starts = this.#starts;
    for (let k = 0; k < 9; k++) starts[at + k] = 0;
    for (let i = start; i < end; i++) {
      const j = BODY_NUMBERS * order[i];
      const octant = (positions[j] >= x ? 4 : 0) | (positions[j + 1] >= y ? 2 : 0) | (positions[j + 2] >= z ? 1 : 0);
      octants[i] = octant;
      starts[at + octant + 1]++;
    }
    let most = 0;
    starts[at] = start;
    for (let k = 1; k < 9; k++) {
      if (starts[at + k] > most) most = starts[at + k];
      starts[at + k] += starts[at + k - 1];
    }
    if (most === end - start) return false;
    for (let i = start; i < end; i++) sorted[starts[at + octants[i]]++] = order[i];
    for (let i = start; i < end; i++) order[i] = sorted[i];
    // Each start has moved on to the next one's.
    for (let k = 8; k > 0; k--) starts[at + k] = starts[at + k - 1];
    starts[at] = start;
    return true;
  }

  #leaf(start: number, end: number, half: number): void {
    const { order, nodes, skip } = this;
    const positions = this.#positions;
    const node = end - start > 1 ? this.size++ : -1;
    for (let i = start; i < end; i++) {
      const from = BODY_NUMBERS * order[i];
      const body = this.size++;
      const to = NODE_NUMBERS * body;
      nodes[to] = positions[from];
      nodes[to + 1] = positions[from + 1];
      nodes[to + 2] = positions[from + 2];
      nodes[to + 3] = positions[from + 3];
      nodes[to + 4] = 0;
      skip[body] = body + 1;
    }
    if (node >= 0) this.#finish(node, half);
  }

  /** A cell's mass, and its centre, from what is directly in it. */
  #finish(node: number, half: number): void {
    const { nodes, skip, size } = this;
    let x = 0;
    let y = 0;
    let z = 0;
    let mass = 0;
    for (let part = node + 1; part < size; part = skip[part]) {
      const k = NODE_NUMBERS * part;
      const m = nodes[k + 3];
      x += m * nodes[k];
      y += m * nodes[k + 1];
      z += m * nodes[k + 2];
      mass += m;
    }
    const k = NODE_NUMBERS * node;
    nodes[k] = x / mass;
    nodes[k + 1] = y / mass;
    nodes[k + 2] = z / mass;
    nodes[k + 3] = mass;
    const opens = (2 * half) / this.#theta;
    nodes[k + 4] = opens * opens;
    skip[node] = size;
  }
}

function cubeAround(positions: Float64Array, count: number): [x: number, y: number, z: number, half: number] {
  const middle = [0, 0, 0];
  let half = 0;
  for (let k = 0; k < 3; k++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < count; i++) {
      const value = positions[BODY_NUMBERS * i + k];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    middle[k] = (low + high) / 2;
    half = Math.max(half, (high - low) / 2);
  }
  return [middle[0], middle[1], middle[2], half];
}

/**
 * The accelerations of bodies `start` to `end`, three numbers each, into `accelerations` from `at` on. Forces are softened:
 * m d / (d² + softening²)^1.5. Returns how many attractions were added up, which is what the work costs.
 */
export function attract(
  tree: Octree,
  softening: number,
  positions: Float64Array,
  start: number,
  end: number,
  accelerations: Float64Array,
  at: number,
): number {
  const { nodes, skip } = tree;
  const size = tree.size | 0;
  const soft = softening * softening;
  let attractions = 0;
  let to = at | 0;
  for (let i = start | 0; i < end; i++) {
    const x = positions[BODY_NUMBERS * i];
    const y = positions[BODY_NUMBERS * i + 1];
    const z = positions[BODY_NUMBERS * i + 2];
    let ax = 0;
    let ay = 0;
    let az = 0;
    let node = 0;
    while (node < size) {
      const k = NODE_NUMBERS * node;
      const dx = nodes[k] - x;
      const dy = nodes[k + 1] - y;
      const dz = nodes[k + 2] - z;
      const square = dx * dx + dy * dy + dz * dz;
      if (square < nodes[k + 4]) {
        node++; // too near: look at what is in it
        continue;
      }
      // A body's own pull on itself is 0, for its distance is.
      const distance2 = square + soft;
      const factor = nodes[k + 3] / (distance2 * Math.sqrt(distance2));
      ax += factor * dx;
      ay += factor * dy;
      az += factor * dz;
      attractions++;
      node = skip[node];
    }
    accelerations[to] = ax;
    accelerations[to + 1] = ay;
    accelerations[to + 2] = az;
    to += 3;
  }
  return attractions;
}
