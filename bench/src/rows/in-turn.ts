import type { BenchContext } from "../bench.ts";
import { median } from "../figures.ts";
import type { Rounds } from "../result.ts";

/** Microseconds of each operation of one round. */
type Round = () => Promise<ArrayLike<number>>;

/** Samples of several subjects, by name, taken in turn. */
export class InTurn<Name extends string> {
  readonly #samples: Record<Name, ArrayLike<number>[]>;

  private constructor(samples: Record<Name, ArrayLike<number>[]>) {
    this.#samples = samples;
  }

  /** One round of each subject after the other, over and over; the first `warmUp` are not counted. */
  static async run<Name extends string>(
    context: Pick<BenchContext, "rounds" | "warmUp" | "progress">,
    what: string,
    subjects: Record<Name, Round>,
  ): Promise<InTurn<Name>> {
    const names = Object.keys(subjects) as Name[];
    const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, ArrayLike<number>[]>;
    for (let round = 1 - context.warmUp; round <= context.rounds; round++) {
      context.progress(`${what}: round ${round} of ${context.rounds}`);
      for (const name of names) {
        const times = await subjects[name]();
        if (round > 0) samples[name].push(times);
      }
    }
    return new InTurn(samples);
  }

  /** One of them as the subject, another as its yardstick. */
  against(subject: Name, yardstick: Name): Rounds {
    return { subject: this.#samples[subject], yardstick: this.#samples[yardstick].map((times) => median(times)) };
  }
}
