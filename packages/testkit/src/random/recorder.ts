import type { Span } from "isles";
import { Prng } from "../prng.ts";
import type { Access, Step } from "../sc/trace.ts";
import type { RandomPlan } from "./plan.ts";

/** A span that is held, and the array it is of. */
export interface HeldRange {
  readonly array: number;
  readonly write: boolean;
  readonly span: Span<Int32Array | Float64Array>;
}

export interface RangePlan {
  readonly array: number;
  readonly start: number;
  readonly end: number;
  readonly write: boolean;
}

/** Writes down what one site does, and draws what it does next. */
export class Recorder {
  readonly steps: Step[] = [];
  readonly plan: RandomPlan;
  readonly prng: Prng;
  readonly #firstValue: number;
  #values = 0;

  constructor(plan: RandomPlan, site: number) {
    this.plan = plan;
    this.prng = new Prng(plan.run.seed).fork(100 + site);
    this.#firstValue = (site + 1) * 1_000_000;
  }

  /** A value that nobody else writes. */
  fresh(): number {
    return this.#firstValue + this.#values++;
  }

  /** Any location but the guarded one. */
  location(): number {
    return this.prng.below(this.plan.guarded);
  }

  read(location: number, value: number): void {
    this.steps.push([{ location, read: value }]);
  }

  write(location: number, value: number): void {
    this.steps.push([{ location, written: value }]);
  }

  update(location: number, from: number, to: number): void {
    this.steps.push([{ location, read: from, written: to }]);
  }

  compared(location: number, old: number, expected: number, replacement: number): void {
    if (old === expected) this.update(location, old, replacement);
    else this.read(location, old);
  }

  /** A range of an array: around a location or two, or anything. */
  range(): RangePlan {
    const { prng, plan } = this;
    const { array, index } = plan.locations[this.location()]!;
    const { length } = plan.arrays[array]!;
    const end = prng.chance(0.5) ? index + 1 : index + 1 + prng.below(length - index);
    const start = prng.chance(0.5) ? index : prng.below(index + 1);
    return { array, start, end, write: prng.chance(0.5) };
  }

  /**
   * Accesses through the views of all held spans, as one step: pages that are held stay, so nobody can come between.
   */
  touch(held: readonly HeldRange[]): void {
    const step: Access[] = [];
    for (let n = 1 + this.prng.below(4); n > 0; n--) {
      const { array, write, span } = this.prng.pick(held);
      const inside = [...this.plan.locations.entries()].filter(([location, { array: of, index }]) => {
        return location !== this.plan.guarded && of === array && index >= span.start && index < span.end;
      });
      if (inside.length === 0) continue;
      const [location, { index }] = this.prng.pick(inside);
      const view = span.view as Float64Array;
      if (write && this.prng.chance(0.5)) {
        const value = this.fresh();
        view[index - span.start] = value;
        step.push({ location, written: value });
      } else {
        step.push({ location, read: view[index - span.start]! });
      }
    }
    if (step.length > 0) this.steps.push(step);
  }
}
