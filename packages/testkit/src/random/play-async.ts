import type { Memory, Site } from "isles";
import type { Step } from "../sc/trace.ts";
import { openArraysAsync, planRandom, type RandomArray, type RandomPlan, type RandomRun } from "./plan.ts";
import { type RangePlan, Recorder } from "./recorder.ts";

/** The same with the asynchronous twins. `site` is undefined on the launcher, which has no locks and barriers. */
export async function playRandomAsync(memory: Memory, id: number, run: RandomRun, site?: Site): Promise<Step[]> {
  const plan = planRandom(run);
  const player = new AsyncPlayer(memory, site, new Recorder(plan, id), await openArraysAsync(plan, memory.async));
  return player.play();
}

class AsyncPlayer {
  readonly #memory: Memory;
  readonly #site: Site | undefined;
  readonly #log: Recorder;
  readonly #arrays: readonly RandomArray[];
  readonly #plan: RandomPlan;

  constructor(memory: Memory, site: Site | undefined, log: Recorder, arrays: readonly RandomArray[]) {
    this.#memory = memory;
    this.#site = site;
    this.#log = log;
    this.#arrays = arrays;
    this.#plan = log.plan;
  }

  async play(): Promise<Step[]> {
    const { operations } = this.#plan.run;
    for (let n = 0; n < operations; n++) {
      if (n % Math.ceil(operations / 3) === 0) await this.#site?.async.barrier();
      await this.#operation();
    }
    await this.#site?.async.barrier();
    for (let location = 0; location < this.#plan.locations.length; location++) await this.#load(location);
    return this.#log.steps;
  }

  async #operation(): Promise<void> {
    const log = this.#log;
    const draw = log.prng.below(11);
    if (draw < 3) await this.#load(log.location());
    else if (draw < 5) await this.#store(log.location());
    else if (draw < 8) await this.#atomic(log.location());
    else if (draw < 10) await this.#span();
    else await this.#increment();
  }

  async #load(location: number): Promise<void> {
    const { array, index } = this.#plan.locations[location]!;
    this.#log.read(location, await this.#arrays[array]!.async.get(index));
  }

  async #store(location: number): Promise<void> {
    const { array, index } = this.#plan.locations[location]!;
    const value = this.#log.fresh();
    await this.#arrays[array]!.async.set(index, value);
    this.#log.write(location, value);
  }

  async #atomic(location: number): Promise<void> {
    const log = this.#log;
    const { array: k, index } = this.#plan.locations[location]!;
    const array = this.#arrays[k]!.async;
    const draw = log.prng.below(3);
    if (draw === 0) {
      const old = await array.add(index, 1);
      log.update(location, old, old + 1);
    } else if (draw === 1) {
      const value = log.fresh();
      log.update(location, await array.exchange(index, value), value);
    } else {
      const expected = await array.get(index);
      log.read(location, expected);
      const value = log.fresh();
      log.compared(location, await array.compareExchange(index, expected, value), expected, value);
    }
  }

  /** Spans taken together and kept over a turn of the event loop. */
  async #span(): Promise<void> {
    const ranges = [this.#log.range(), this.#log.range()] as const;
    using spans = await this.#memory.async.acquire({ a: this.#request(ranges[0]), b: this.#request(ranges[1]) });
    const held = [spans.a, spans.b].map((span, k) => ({ array: ranges[k]!.array, write: ranges[k]!.write, span }));
    this.#log.touch(held);
    if (this.#log.prng.chance(0.5)) await new Promise((resolve) => setImmediate(resolve));
    this.#log.touch(held);
  }

  #request({ array, start, end, write }: RangePlan) {
    const of = this.#arrays[array]!;
    return write ? of.writing(start, end) : of.reading(start, end);
  }

  async #increment(): Promise<void> {
    const lock = this.#site?.lock(this.#plan.lock);
    if (lock === undefined) return;
    const { array, index } = this.#plan.locations[this.#plan.guarded]!;
    const held = await lock.async.acquire();
    const old = await this.#arrays[array]!.async.get(index);
    await this.#arrays[array]!.async.set(index, old + 1);
    held.release();
    this.#log.update(this.#plan.guarded, old, old + 1);
  }
}
