import type { Site } from "isles";
import { busyWait } from "../busy-wait.ts";
import type { Step } from "../sc/trace.ts";
import { openArrays, planRandom, type RandomArray, type RandomRun } from "./plan.ts";
import { type HeldRange, type RangePlan, Recorder } from "./recorder.ts";

const MAX_NESTING = 3;

/** One site's part of a random program, with blocking calls; what it did. */
export function playRandom(site: Site, run: RandomRun): Step[] {
  const plan = planRandom(run);
  return new Player(site, new Recorder(plan, site.id), openArrays(plan, site.memory)).play();
}

class Player {
  readonly #site: Site;
  readonly #log: Recorder;
  readonly #arrays: readonly RandomArray[];

  constructor(site: Site, log: Recorder, arrays: readonly RandomArray[]) {
    this.#site = site;
    this.#log = log;
    this.#arrays = arrays;
  }

  play(): Step[] {
    const { operations } = this.#log.plan.run;
    for (let n = 0; n < operations; n++) {
      if (n % Math.ceil(operations / 3) === 0) this.#site.barrier();
      busyWait(this.#log.prng);
      this.#operation([]);
    }
    this.#site.barrier();
    for (let location = 0; location < this.#log.plan.locations.length; location++) this.#load(location);
    return this.#log.steps;
  }

  /** One operation while the spans given are held. */
  #operation(held: readonly HeldRange[]): void {
    const log = this.#log;
    const draw = log.prng.below(12);
    if (draw < 3) this.#load(log.location());
    else if (draw < 5) this.#store(log.location());
    else if (draw < 8) this.#atomic(log.location());
    else if (draw < 10 && held.length < MAX_NESTING) this.#nest(held);
    else if (draw === 10) this.#increment();
    else this.#prefetch();
  }

  #load(location: number): void {
    const { array, index } = this.#log.plan.locations[location]!;
    this.#log.read(location, this.#arrays[array]!.get(index));
  }

  #store(location: number): void {
    const { array, index } = this.#log.plan.locations[location]!;
    const value = this.#log.fresh();
    this.#arrays[array]!.set(index, value);
    this.#log.write(location, value);
  }

  #atomic(location: number): void {
    const log = this.#log;
    const { array: k, index } = log.plan.locations[location]!;
    const array = this.#arrays[k]!;
    const draw = log.prng.below(3);
    if (draw === 0) {
      const old = array.add(index, 1);
      log.update(location, old, old + 1);
    } else if (draw === 1) {
      const value = log.fresh();
      log.update(location, array.exchange(index, value), value);
    } else {
      const expected = array.get(index);
      log.read(location, expected);
      const value = log.fresh();
      log.compared(location, array.compareExchange(index, expected, value), expected, value);
    }
  }

  /** Takes one span or two, and goes on inside. */
  #nest(held: readonly HeldRange[]): void {
    const log = this.#log;
    if (log.prng.chance(0.5)) {
      const range = log.range();
      const array = this.#arrays[range.array]!;
      using span = range.write ? array.write(range.start, range.end) : array.read(range.start, range.end);
      this.#inside([...held, { array: range.array, write: range.write, span }]);
      return;
    }
    const ranges = [log.range(), log.range()] as const;
    using spans = this.#site.memory.acquire({ a: this.#request(ranges[0]), b: this.#request(ranges[1]) });
    const both = [spans.a, spans.b].map((span, k) => ({ array: ranges[k]!.array, write: ranges[k]!.write, span }));
    this.#inside([...held, ...both]);
  }

  #request({ array, start, end, write }: RangePlan) {
    const of = this.#arrays[array]!;
    return write ? of.writing(start, end) : of.reading(start, end);
  }

  #inside(held: readonly HeldRange[]): void {
    this.#log.touch(held);
    busyWait(this.#log.prng);
    for (let n = this.#log.prng.below(3); n > 0; n--) {
      this.#operation(held);
      this.#log.touch(held);
    }
  }

  /** Adds one with plain accesses under a lock, which makes it one step. */
  #increment(): void {
    const { plan, prng } = this.#log;
    const { array, index } = plan.locations[plan.guarded]!;
    const held = this.#site.lock(plan.lock).acquire();
    const old = this.#arrays[array]!.get(index);
    busyWait(prng);
    this.#arrays[array]!.set(index, old + 1);
    held.release();
    this.#log.update(plan.guarded, old, old + 1);
  }

  /** Asks for a location early and loads it later: what the program sees meanwhile must not be newer than what came. */
  #prefetch(): void {
    const location = this.#log.location();
    const { array, index } = this.#log.plan.locations[location]!;
    if (this.#log.prng.chance(0.5)) this.#arrays[array]!.prefetch(index, index + 1);
    else this.#arrays[array]!.prefetch();
    for (let n = this.#log.prng.below(4); n > 0; n--) this.#load(this.#log.location());
    this.#load(location);
  }
}
