/**
 * Loops over 8 MiB of float64. Each function is run on a site of its own, alone: another use of a typed array or of `get`
 * in the same isolate would change what the optimiser knows, and so what is measured.
 */
import type { SharedArray, Site } from "isles";
import { Bench } from "tinybench";

const LENGTH = 1 << 20;

export interface Loop {
  readonly iterations: number;
}

/** Microseconds of each iteration. */
function timesOf(iterations: number, loop: () => void): Float64Array {
  const bench = new Bench({ iterations, time: 0, warmup: false, retainSamples: true, throws: true });
  bench.add("loop", loop).runSync();
  const result = bench.tasks[0]!.result;
  if (!("latency" in result)) throw new Error(`tinybench: ${result.state}`);
  return Float64Array.from(result.latency.samples ?? [], (milliseconds) => milliseconds * 1000);
}

function sum(view: Float64Array): number {
  let total = 0;
  for (let i = 0; i < view.length; i++) total += view[i]!;
  return total;
}

function store(view: Float64Array, value: number): void {
  for (let i = 0; i < view.length; i++) view[i] = value + i;
}

function checkedSum(array: SharedArray<Float64Array>): number {
  let total = 0;
  for (let i = 0; i < array.length; i++) total += array.get(i);
  return total;
}

function checkedStore(array: SharedArray<Float64Array>, value: number): void {
  for (let i = 0; i < array.length; i++) array.set(i, value + i);
}

let plain: Float64Array | undefined;
let sink = 0;

function filled(): Float64Array {
  plain ??= new Float64Array(LENGTH).fill(1);
  return plain;
}

export function rawSum(_site: Site, { iterations }: Loop): Float64Array {
  const view = filled();
  return timesOf(iterations, () => {
    sink += sum(view);
  });
}

export function rawStore(_site: Site, { iterations }: Loop): Float64Array {
  const view = filled();
  return timesOf(iterations, () => store(view, ++sink));
}

function shared(site: Site) {
  const array = site.memory.float64("loop", LENGTH);
  if (array.get(0) === 0) array.fill(1);
  return array;
}

/** Takes and releases the span in every iteration. */
export function spanSum(site: Site, { iterations }: Loop): Float64Array {
  const array = shared(site);
  return timesOf(iterations, () => {
    using span = array.read();
    sink += sum(span.view);
  });
}

export function spanStore(site: Site, { iterations }: Loop): Float64Array {
  const array = shared(site);
  return timesOf(iterations, () => {
    using span = array.write();
    store(span.view, ++sink);
  });
}

export function getSum(site: Site, { iterations }: Loop): Float64Array {
  const array = shared(site);
  return timesOf(iterations, () => {
    sink += checkedSum(array);
  });
}

export function setStore(site: Site, { iterations }: Loop): Float64Array {
  const array = shared(site);
  return timesOf(iterations, () => checkedStore(array, ++sink));
}
