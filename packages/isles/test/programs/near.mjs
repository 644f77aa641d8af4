// What the tests of near, site.run and start let the sites do.
import { setTimeout as sleep } from "node:timers/promises";

/** @typedef {import("isles").Site} Site */
/** @typedef {import("isles").SharedArray<Float64Array>} Doubles */
/** @typedef {import("isles").RunOptions} RunOptions */

/** @param {Site} site @param {{ array: Doubles, start?: number, end?: number }} args */
export function write(site, { array, start = 0, end = array.length }) {
  const span = array.write(start, end);
  for (let i = 0; i < span.view.length; i++) span.view[i] = i;
  span.release();
  return site.id;
}

/** @param {Site} site @param {{ array: Doubles }} args */
export function read(site, { array }) {
  const span = array.read();
  const sum = span.view.reduce((a, b) => a + b, 0);
  span.release();
  return { site: site.id, sum };
}

/** @param {Site} site */
export function where(site) {
  return site.id;
}

/** @type {number[]} */
const seen = [];

/** @param {Site} site @param {{ i: number, nested?: { deep: number[] } }} args */
export function note(site, { i, nested }) {
  seen.push(i);
  return { site: site.id, seen: [...seen], deep: nested?.deep[0] };
}

export function forget() {
  seen.length = 0;
}

/** A loop over raw views, which polls nothing. @param {Site} site @param {{ ms: number, array?: Doubles }} args */
export function compute(site, { ms, array }) {
  const span = array?.write();
  const end = performance.now() + ms;
  while (performance.now() < end) if (span) span.view[0] = end;
  span?.release();
  return site.id;
}

/** @param {Site} site @param {{ ms: number }} args */
export async function later(site, { ms }) {
  await sleep(ms);
  return site.id;
}

/** @param {Site} _site @param {(n: number) => number} tell */
export async function callBack(_site, tell) {
  return tell(1);
}

export function fail() {
  throw new RangeError("as it was told");
}

/** @param {Site} site @param {{ name: string, args?: unknown, options?: RunOptions }} what */
export function runThere(site, { name, args, options }) {
  return site.run(name, args, options);
}

/** @param {Site} site @param {{ name: string, args?: unknown, options?: RunOptions }} what */
export async function runThereAsync(site, { name, args, options }) {
  return site.async.run(name, args, options);
}

/** @param {Site} site @param {{ array: Doubles, part: "array" | "part" | "range" | "list" }} what */
export function runNear(site, { array, part }) {
  const half = array.length / 2;
  const near = { array, part: array.subarray(half), range: array.reading(half), list: [array, array.writing(0, 1)] }[
    part
  ];
  return site.run("where", undefined, { near });
}

/** Each calls the other, until `depth` is used up. @param {Site} site @param {{ depth: number }} args @returns {number[]} */
export function pingPong(site, { depth }) {
  if (depth === 0) return [site.id];
  return [site.id, .../** @type {number[]} */ (site.run("pingPong", { depth: depth - 1 }, { site: 1 - site.id }))];
}

/** Holds a lock and waits for the other site to have it. @param {Site} site */
export function crosswise(site) {
  const held = site.lock(`lock ${site.id}`).acquire();
  try {
    return site.run("lockOf", { id: site.id }, { site: 1 - site.id });
  } finally {
    held.release();
  }
}

/** @param {Site} site @param {{ id: number }} args */
export function lockOf(site, { id }) {
  const held = site.lock(`lock ${id}`).acquire();
  held.release();
  return site.id;
}

/** @param {Site} site @param {{ options: RunOptions }} args */
export async function fork(site, { options }) {
  const started = performance.now();
  const job = site.start("later", { ms: 60 }, options);
  const beside = performance.now() - started;
  const { site: there, reason, name } = job;
  const result = job.wait();
  return { there, reason, name, result, again: await job.result, beside, whole: performance.now() - started };
}

/** Starts a function that never comes back to its event loop, and looks whether it began. @param {Site} site */
export function beginsAtOnce(site) {
  const begun = site.memory.int32("begun", 1, { home: "launcher" });
  const job = site.start("sayBegun", undefined, { site: 1 - site.id });
  const end = performance.now() + 5_000;
  while (begun.get(0) === 0 && performance.now() < end);
  return { begun: begun.get(0), result: job.wait() };
}

/** @param {Site} site */
export function sayBegun(site) {
  site.memory.int32("begun", 1, { home: "launcher" }).set(0, 1);
  return site.id;
}

/** @param {Site} site @param {{ count: number }} args */
export async function spread(site, { count }) {
  const jobs = Array.from({ length: count }, () => site.start("later", { ms: 200 }));
  return Promise.all(jobs.map(({ result }) => result));
}

/** @param {Site} site */
export function forgetFailures(site) {
  site.start("fail", undefined, { site: 1 - site.id });
  void site.async.run("fail", undefined, { site: 1 - site.id });
  return site.id;
}

/** @param {Site} site */
export function signalOf(site) {
  return site.signal.aborted;
}

/** Waits until its signal says that nobody waits for it any more, and notes that. @param {Site} site */
export async function untilAborted(site) {
  const flag = await site.async.memory.int32("aborted", 1);
  const { signal } = site;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await flag.async.set(0, 1);
}

/** @param {Site} site @param {{ ms: number }} args */
export async function giveUp(site, { ms }) {
  const signal = AbortSignal.timeout(ms);
  const error = await site.async.run("untilAborted", undefined, { site: 1 - site.id, signal }).catch((e) => e);
  if (!(error instanceof Error)) throw new TypeError("it was not given up");
  const flag = await site.async.memory.int32("aborted", 1);
  const end = performance.now() + 5_000;
  while ((await flag.async.get(0)) === 0 && performance.now() < end) await sleep(1);
  return { name: error.name, aborted: await flag.async.get(0) };
}

/** @param {Site} site */
export function waitForLatch(site) {
  site.latch("latch", 1).wait();
  return site.id;
}

/** @param {Site} site */
export function openLatch(site) {
  site.latch("latch", 1).countDown();
}
