// What the tests of launch, run and close let the sites do.
import { setTimeout as sleep } from "node:timers/promises";
import { CloneError, MismatchError, SharedArray, UsageError } from "isles";

/** @typedef {import("isles").Site} Site */
/** @typedef {import("isles").SharedArray<Float64Array>} Doubles */

/** Not a function: programs may export other things too. */
export const version = 3;

/** @param {Site} site @param {{ name: string, length: number, pageSize: number }} of */
export function shareOfArray(site, { name, length, pageSize }) {
  const array = site.memory.float64(name, length, { pageSize });
  return { share: site.share(array), pageSize: array.pageSize, pageElements: array.pageElements };
}

/** Both sites want page 1 to write and hold it for a while: they take turns.
 * @param {Site} site @param {number} holdMs */
export function takeTurns(site, holdMs) {
  const half = 768; // a page and a half of float64
  const array = site.memory.float64("halves", 2 * half);
  for (let step = 0; step < 3; step++) {
    const span = array.write(site.id * half, (site.id + 1) * half);
    for (const end = performance.now() + holdMs; performance.now() < end; ) span.view[0]++;
    span.release();
    site.barrier();
  }
}

/** @param {Site} site @param {{ length: number, multiple: number }} of */
export function shareOf(site, { length, multiple }) {
  return site.share(length, multiple);
}

/** @param {Site} site */
export function whoAmI(site) {
  return { id: site.id, count: site.count, text: String(site), share: site.share(10) };
}

/** @template T @param {Site} _site @param {T} value */
export function echo(_site, value) {
  return value;
}

/** @param {Site} site @param {{ ms: number }} options */
export async function later(site, { ms }) {
  await sleep(ms);
  return site.id;
}

/** What a site has been told to remember, in the order of the calls. */
/** @type {unknown[]} */
const memory = [];

/** @param {Site} _site @param {unknown} what */
export async function remember(_site, what) {
  await sleep(Math.random() * 3);
  memory.push(what);
  return [...memory];
}

/** @param {Site} site */
export function barrier(site) {
  site.barrier();
  return site.id;
}

/** @param {Site} site @param {{ absent: number, async?: boolean }} options */
export function barrierBut(site, { absent, async = false }) {
  if (site.id === absent) return "left";
  return async ? site.async.barrier() : site.barrier();
}

/** Sums an array that came as an argument, wherever in it. @param {Site} _site @param {unknown} args */
export function sumOf(_site, args) {
  /** @type {Doubles} */
  const array = find(args);
  let sum = 0;
  for (let i = 0; i < array.length; i++) sum += array.get(i);
  array.set(0, -1);
  return { sum, name: array.name, length: array.length };
}

/** @param {any} value @returns {any} */
function find(value) {
  if (value instanceof SharedArray) return value;
  if (value instanceof Map || value instanceof Set) return find([...value.values()]);
  if (typeof value === "object" && value !== null) return Object.values(value).map(find).find(Boolean);
  return undefined;
}

/** @param {Site} site @param {{ name: string }} options */
export function makeArray(site, { name }) {
  const array = site.memory.float64(name, 8);
  array.fill(site.id + 1);
  return { array, parts: new Map([["tail", array.subarray(6)]]) };
}

class ProgramError extends RangeError {
  /** @override */
  name = "ProgramError";
  detail = { limit: 7, tags: new Set(["a"]) };
  /** @type {unknown} */
  helper = () => 1;
}

class TimeoutError extends Error {
  /** @override */
  name = "TimeoutError";
}

const nested = new Error("outer", { cause: new TypeError("middle", { cause: "a string at the root" }) });
const knot = new Error("knot");
knot.cause = knot;

/** @type {Record<string, () => unknown>} */
const thrown = {
  error: () => new Error("plain"),
  range: () => new RangeError("far"),
  program: () => new ProgramError("mine", { cause: new UsageError("BAD_NAME", "root") }),
  namesake: () => new TimeoutError("a program's own"),
  nested: () => nested,
  knot: () => knot,
  odd: () => Object.assign(new Error("odd"), { name: "constructor" }),
  mismatch: () => new MismatchError("both"),
  clone: () => new CloneError("args.f", "a function"),
  abort: () => AbortSignal.abort().reason,
  string: () => "just text",
  undefined: () => undefined,
  object: () => ({ code: 5, list: [1, 2] }),
  function: () => thrown.error,
};

/** @param {Site} site @param {{ what: string, only?: number, async?: boolean }} options */
export function fail(site, { what, only, async = false }) {
  if (only !== undefined && site.id !== only) {
    site.barrier();
    return;
  }
  const error = /** @type {() => unknown} */ (thrown[what])();
  if (async) return Promise.reject(error);
  throw error;
}

/** @param {Site} _site @param {{ what: string }} options */
export function giveBack(_site, { what }) {
  if (what === "function") return { deep: [{ f: () => 1 }] };
  if (what === "proxy") return { p: new Proxy({}, {}) };
  if (what === "generator") {
    return (function* () {
      yield* [1, 2];
    })();
  }
  return Symbol("s");
}

/** @param {Site} site @param {string} text */
export function oneSided(site, text) {
  return site.broadcast("text", 7, text);
}

export function spin() {
  for (;;);
}

/** Looks at its signal, as a long computation should. @param {Site} site */
export async function patient(site) {
  while (!site.signal.aborted) await sleep(1);
  return String(site.signal.reason);
}

/** Waits for something that never comes. @param {Site} site @param {{ async?: boolean }} [options] */
export function waitForEver(site, { async = false } = {}) {
  const words = site.memory.int32("never", 1);
  return async ? words.async.wait(0, 0) : words.wait(0, 0);
}

/** Deaf for a while, then waits for everybody or for nothing. @param {Site} site @param {{ ms: number }} options */
export function computeThenWait(site, { ms }) {
  const end = performance.now() + ms * (1 + site.id);
  while (performance.now() < end);
  try {
    site.barrier();
  } catch {
    // Whoever does not want to hear it hears it again.
  }
  return waitForEver(site);
}

/** @param {Site} site */
export function exit(site) {
  if (site.id === 0) process.exit(5);
  site.barrier();
}

/** The thread dies of an error that nobody awaits. */
export async function crash() {
  setTimeout(() => {
    throw new Error("nobody catches this");
  }, 1);
  await sleep(60_000);
}

/** @param {Site} site */
export function touch(site) {
  const grid = site.memory.float64("grid", 1024);
  grid.add(site.id, 1);
  site.barrier();
  return grid.read().view.reduce((sum, value) => sum + value, 0);
}

/** @param {Site} site */
export function share(site) {
  return [0, 1, 7, 100].map((length) => site.share(length));
}

/** @param {Site} site @param {number} length */
export function badShare(site, length) {
  return site.share(length);
}

/** Calls a listener of the launcher. @param {Site} _site @param {{ listener: import('isles').Stub<{ tell(value: number): number }> }} options */
export async function tellTwice(_site, { listener }) {
  await listener.tell(5);
  return listener.tell(7);
}

/** Calls back and does not wait. @param {Site} _site @param {(value: number) => void} tell */
export async function callBack(_site, tell) {
  tell(1);
  tell(2);
  await sleep(20);
}
