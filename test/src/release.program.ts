import { type LitmusRun, type LitmusValues, Prng, runLitmus } from "@isles/testkit";
import { defineProcess, type SharedArray, type Site } from "isles";

/** Programs of test/release.test.ts: arrays with release consistency on real threads. */

const RELEASE = { pageSize: 256, consistency: "release" } as const;

export function litmus(site: Site, run: LitmusRun): LitmusValues {
  return runLitmus(site, run);
}

// Calls

export interface Node {
  /** Checks what the caller has written, and writes an answer. Returns what it saw. */
  look(name: string, round: number): number[];
  /** The same, later: from the event loop. */
  lookLater(name: string, round: number): Promise<number[]>;
  /** The same, and then throws. */
  lookAndThrow(name: string, round: number): void;
  /** Adds what it sees to what `looked` returns. */
  note(name: string, round: number): void;
  noted(): number[][];
  /** Calls back, having written. */
  callBack(name: string, round: number, tell: (round: number) => void): Promise<void>;
  /** A stream that writes before each value. */
  stream(name: string, to: number): Generator<number>;
}

const WORDS = 32;
const notes: number[][] = [];

function open(site: Site, name: string): SharedArray<Int32Array> {
  return site.memory.int32(name, WORDS, { ...RELEASE, home: (Number(name.split(" ")[1]) + 2) % site.count });
}

/** Element 0 is the caller's, 1 the callee's, of one page. */
function nodeOf(site: Site): Node {
  const node: Node = {
    look(name, round) {
      const array = open(site, name);
      const seen = [array.get(0), array.get(1)];
      array.set(1, -round);
      return seen;
    },
    async lookLater(name, round) {
      await undefined;
      return node.look(name, round);
    },
    lookAndThrow(name, round) {
      const seen = node.look(name, round);
      throw new RangeError(seen.join(" "));
    },
    note: (name, round) => void notes.push(node.look(name, round)),
    noted: () => notes.splice(0),
    async callBack(name, round, tell) {
      const array = open(site, name);
      array.set(1, -round);
      await (tell(round) as unknown as Promise<void>);
      if (array.get(2) !== round) throw new Error(`the callback wrote ${round}, but ${array.get(2)} is seen`);
    },
    *stream(name, to) {
      const array = open(site, name);
      for (let i = 1; i <= to; i++) {
        array.set(2 + i, i);
        yield i;
      }
    },
  };
  return node;
}

export function serve(site: Site): void {
  site.rpc.expose("node", nodeOf(site));
  for (let from = 0; from < site.count; from++) {
    const endpoint = site.rpc.endpoint(from, "post");
    endpoint.onmessage = (event) => {
      const [name, round] = (event as { data: [unknown, number] }).data;
      if (typeof name !== "string") return; // an answer, for the caller's endpoint of this channel
      const array = open(site, name);
      const seen = array.get(0);
      array.set(1, -round);
      endpoint.postMessage([seen]);
    };
    endpoint.unref();
  }
}

export interface CallRun {
  readonly manner: "blocking" | "async" | "throws" | "oneWay" | "callback" | "stream" | "post";
  readonly rounds: number;
  /** A span of the page is held all the time, at the caller. */
  readonly held: boolean;
}

/** Each site calls the next one. Empty if everybody has always seen what he had to, else what was seen instead. */
export async function calls(site: Site, { manner, rounds, held }: CallRun): Promise<string[]> {
  const other = (site.id + 1) % site.count;
  const nameOf = (id: number): string => `${manner} ${id} ${held}`;
  const name = nameOf(site.id);
  const array = open(site, name);
  open(site, nameOf((site.id + site.count - 1) % site.count)); // or a call would wait for it, and the next one run meanwhile
  site.barrier();
  const span = held ? array.write(0, WORDS) : undefined;
  const wrong: string[] = [];
  const check = (round: number, what: string, seen: unknown, expected: unknown): void => {
    if (String(seen) !== String(expected))
      wrong.push(`${what} of round ${round}: ${String(seen)}, not ${String(expected)}`);
  };
  const get = (index: number): number => span?.view[index] ?? array.get(index);
  const set = (index: number, value: number): void => {
    if (span === undefined) array.set(index, value);
    else span.view[index] = value;
  };
  const { rpc } = site;
  const inbox: number[][] = [];
  let arrived = (): void => undefined;
  const post = rpc.endpoint(other, "post");
  if (manner === "post") {
    post.onmessage = (event) => {
      inbox.push((event as { data: number[] }).data);
      arrived();
    };
  }
  for (let round = 1; round <= rounds; round++) {
    set(0, round);
    const expected = [round, 1 - round];
    if (manner === "blocking") {
      check(round, "call", rpc.blocking<Node>(other, "node").look(name, round), expected);
    } else if (manner === "async") {
      check(round, "call", await rpc.stub<Node>(other, "node").lookLater(name, round), expected);
    } else if (manner === "throws") {
      const error = await rpc
        .stub<Node>(other, "node")
        .lookAndThrow(name, round)
        .catch((reason: unknown) => reason);
      check(round, "call", (error as Error).message, expected.join(" "));
    } else if (manner === "oneWay") {
      rpc.stub<Node>(other, "node", { oneWay: true }).note(name, round);
      check(round, "call", (await rpc.stub<Node>(other, "node").noted()).at(-1), expected);
    } else if (manner === "callback") {
      await rpc.stub<Node>(other, "node").callBack(name, round, (n: number) => {
        check(round, "callback", get(1), -n);
        set(2, n);
      });
    } else if (manner === "post") {
      const answer = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      post.postMessage([name, round]);
      await answer;
      check(round, "message", inbox.pop(), [round]);
    } else {
      for await (const value of rpc.stub<Node>(other, "node").stream(name, 20))
        check(round, "value", get(2 + value), value);
      set(1, -round);
      array.fill(0, 3, 23);
    }
    check(round, "answer", get(1), -round);
  }
  post.close();
  span?.release();
  await site.async.barrier();
  return wrong;
}

// Random programs without data races

export interface FreeRun {
  readonly seed: number;
  /** Of each site in each phase. */
  readonly operations: number;
  readonly phases: number;
  /** Take no locks: then there are races, and the checks must find so. */
  readonly racy?: boolean;
  readonly consistency?: "release" | "sequential";
}

/** What a site did under a lock: the word, how often it had been written before, and what it held before and after. */
export interface LockedStep {
  readonly word: number;
  readonly count: number;
  readonly before: number;
  readonly after: number;
}

export interface FreeResult {
  readonly steps: LockedStep[];
  readonly wrong: string[];
}

const SLOTS = 64;
const LOCKED_WORDS = 12;

/** What site `site` writes as its `op`-th note. */
const noteOf = (seed: number, site: number, op: number): number => (seed * 31 + site * 7_919 + op * 104_729) | 0;

/** What an operation makes of a word. */
export const mixed = (before: number, site: number, op: number): number =>
  (Math.imul(before ^ (site * 40_503 + op), 0x9e3779b1) + 1) | 0;

/**
 * The state of one random program. Words, each with its lock, hold a count, a mixture of all who wrote them, and how many notes of
 * each site their last writer knew of. Notes are written without any lock, once each, before an operation on a word, side by side
 * with the others': whoever knows of one (through any chain of locks) must see it.
 */
class FreePlay {
  readonly #site: Site;
  readonly #run: FreeRun;
  readonly #prng: Prng;
  readonly #words: SharedArray<Int32Array>;
  readonly #notes: SharedArray<Int32Array>;
  readonly #small: SharedArray<Uint8Array>;
  readonly #known: number[];
  readonly #stride: number;
  readonly result: FreeResult = { steps: [], wrong: [] };
  #ops = 0;

  constructor(site: Site, run: FreeRun) {
    const common = new Prng(run.seed);
    const options = () => ({
      pageSize: common.pick([256, 256, 1_024]),
      home: common.pick(["block", "cyclic", "first-touch", "launcher", common.below(site.count)] as const),
      consistency: run.consistency ?? "release",
    });
    const name = `free ${run.seed} ${run.racy ?? false} ${run.consistency ?? "release"}`;
    this.#site = site;
    this.#run = run;
    this.#stride = 2 + site.count + common.below(5);
    this.#words = site.memory.int32(`${name} words`, LOCKED_WORDS * this.#stride, options());
    this.#notes = site.memory.int32(`${name} notes`, SLOTS * site.count, options());
    this.#small = site.memory.uint8(`${name} small`, SLOTS * site.count, options());
    this.#known = new Array(site.count).fill(0);
    this.#prng = common.fork(site.id);
  }

  play(): FreeResult {
    for (let phase = 0; phase < this.#run.phases; phase++) {
      for (let op = 0; op < this.#run.operations; op++) this.#operation();
      this.#site.barrier("phase");
      this.#known.fill(Math.min(SLOTS, (phase + 1) * this.#run.operations));
      for (let owner = 0; owner < this.#site.count; owner++) this.#checkNotes(owner, SLOTS);
      if ((phase + this.#run.seed) % 2 === 0) this.#site.barrier("checked");
      else this.#site.reduce("checked", 0, (a, b) => a + b);
    }
    return this.result;
  }

  #operation(): void {
    const prng = this.#prng;
    const spanned = prng.chance(0.25);
    // A span of everybody's notes, held over all that follows: it may be lent, and is fetched back.
    using held = spanned ? this.#notes.write() : undefined;
    this.#writeNote(held?.view);
    const word = prng.below(LOCKED_WORDS);
    const inner = prng.chance(0.3) ? word + 1 + prng.below(LOCKED_WORDS) : LOCKED_WORDS; // beyond the last: none
    this.#locked(word, () => {
      this.#update(word);
      if (inner < LOCKED_WORDS) this.#locked(inner, () => this.#update(inner));
      if (held !== undefined) this.#checkView(held.view);
      if (prng.chance(0.2)) this.#update(word);
    });
    if (prng.chance(0.3)) this.#checkNotes(prng.below(this.#site.count), 3);
    if (prng.chance(0.1)) this.#site.poll();
  }

  #locked(word: number, act: () => void): void {
    if (this.#run.racy === true) return act();
    using _held = this.#site.lock(`word ${word}`).acquire();
    act();
  }

  #writeNote(view: Int32Array | undefined): void {
    const op = this.#ops++;
    if (op >= SLOTS) return;
    const { id, count } = this.#site;
    const [at, value] = [op * count + id, noteOf(this.#run.seed, id, op)];
    if (view === undefined) this.#notes.set(at, value);
    else view[at] = value;
    this.#small.set(at, value & 0xff);
    this.#known[id] = op + 1;
  }

  #update(word: number): void {
    const at = word * this.#stride;
    const { id, count } = this.#site;
    const words = this.#words;
    const [seen, before] = [words.get(at), words.get(at + 1)];
    for (let site = 0; site < count; site++) {
      this.#known[site] = Math.max(this.#known[site]!, words.get(at + 2 + site));
    }
    for (let site = 0; site < count; site++) this.#checkNotes(site, 2);
    const after = mixed(before, id, this.result.steps.length);
    words.set(at, seen + 1);
    words.set(at + 1, after);
    for (let site = 0; site < count; site++) words.set(at + 2 + site, this.#known[site]!);
    this.result.steps.push({ word, count: seen, before, after });
  }

  /** Some of the notes of a site that must be there; the latest always. */
  #checkNotes(owner: number, some: number): void {
    const known = this.#known[owner]!;
    if (known === 0) return;
    for (let i = 0; i < some; i++) {
      const op = some === SLOTS ? i : i === 0 ? known - 1 : this.#prng.below(known);
      if (op >= known) return;
      const at = op * this.#site.count + owner;
      this.#compare(owner, op, this.#notes.get(at), noteOf(this.#run.seed, owner, op));
      this.#compare(owner, op, this.#small.get(at), noteOf(this.#run.seed, owner, op) & 0xff);
    }
  }

  #checkView(view: Int32Array): void {
    for (const [owner, known] of this.#known.entries()) {
      for (let op = 0; op < known; op++) {
        this.#compare(owner, op, view[op * this.#site.count + owner]!, noteOf(this.#run.seed, owner, op));
      }
    }
  }

  #compare(owner: number, op: number, seen: number, expected: number): void {
    if (seen === expected) return;
    this.result.wrong.push(
      `site ${this.#site.id} sees ${seen} for note ${op} of site ${owner}, which wrote ${expected}`,
    );
  }
}

export function free(site: Site, run: FreeRun): FreeResult {
  return new FreePlay(site, run).play();
}

// Sums by atomic operations, beside plain words of the same page

export function sums(
  site: Site,
  { seed, rounds }: { seed: number; rounds: number },
): { totals: number[]; wrong: number } {
  const home = (["cyclic", "launcher", "first-touch", 0] as const)[seed % 4]!;
  const array = site.memory.int32(`sums ${seed}`, 48, { ...RELEASE, home });
  const prng = new Prng(seed).fork(site.id);
  let wrong = 0;
  for (let round = 1; round <= rounds; round++) {
    array.set(16 + site.id, round);
    const at = prng.below(4);
    if (prng.chance(0.5)) {
      array.add(at, 1);
    } else {
      for (let old = array.load(at); ; ) {
        const found = array.compareExchange(at, old, old + 1);
        if (found === old) break;
        old = found;
      }
    }
    // Element 8: rounds handed on, as the owner wrote them before.
    const last = array.exchange(8 + prng.below(2), site.id * 1_000 + round);
    if (last !== 0 && array.get(16 + Math.floor(last / 1_000)) < last % 1_000) wrong++;
  }
  site.barrier();
  return { totals: [0, 1, 2, 3].map((i) => array.get(i)), wrong };
}

// Ends

/** Site 0 releases, while the others have copies and say nothing; `how` is what it waits in. */
export function stuck(site: Site, { how }: { how: "unlock" | "barrier" | "atomic" | "run" | "refresh" }): string {
  const array = site.memory.int32("stuck", 64, { ...RELEASE, home: 1 });
  const other = site.memory.int32("other", 64, { ...RELEASE, home: 0 });
  array.get(0);
  site.barrier("copies");
  if (site.id === 1) for (;;);
  if (site.id === 2) for (;;) site.poll();
  const lock = site.lock("l");
  try {
    using _held = lock.acquire();
    array.set(0, 1);
    other.set(0, 1);
    if (how === "unlock") lock.release();
    else if (how === "barrier") site.barrier();
    else if (how === "atomic") array.add(1, 1);
    else if (how === "refresh") array.fill(3);
  } catch (error) {
    return (error as Error).name;
  }
  return "done";
}

/** A run that throws while others hold copies: what it wrote is there, and its lock is free. */
export function throwing(site: Site): void {
  const array = site.memory.int32("thrown", 64, { ...RELEASE, home: 1 });
  array.get(0);
  site.barrier();
  if (site.id === 0) {
    try {
      using _held = site.lock("thrower").acquire();
      array.set(0, 7);
      throw new Error("on purpose");
    } finally {
      array.set(1, 8); // after the unlock
    }
  }
  site.barrier();
}

export function afterThrowing(site: Site): number[] {
  using _held = site.lock("thrower").acquire();
  const array = site.memory.int32("thrown", 64, { ...RELEASE, home: 1 });
  return [array.get(0), array.get(1)];
}

// The launcher

export function addOne(site: Site, { name, from }: { name: string; from: number }): number {
  const array = site.memory.int32(name, 64, { ...RELEASE });
  const seen = array.get(from);
  array.set(from + 1 + site.id, seen + site.id);
  return seen;
}

// Processes

/** Writes its way through the sites, until it is stopped: each step reads what the last one wrote, perhaps elsewhere. */
export const wander = defineProcess(function* (site, array: SharedArray<Int32Array>, stop: SharedArray<Int32Array>) {
  let [step, wrong] = [0, 0];
  const places = new Set<number>();
  while (stop.get(0) === 0) {
    places.add(site.id);
    if (array.get(0) !== step || array.get(1 + (step % 60)) !== step) wrong++;
    step++;
    array.set(0, step);
    array.set(1 + (step % 60), step);
    yield;
  }
  return { steps: step, wrong, places: [...places].sort() };
});

/** Reads what wanderers write while they pass, so that there are copies everywhere. */
export function peek(site: Site, { name }: { name: string }): number {
  return site.memory.int32(name, 64, RELEASE).get(0);
}
