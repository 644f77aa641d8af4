/**
 * Generators that the bench runs natively and as processes. Each times itself, from its first step to its last: microseconds that `steps`
 * yields took.
 */

type Timed = Generator<unknown, number>;
type Kernel = (site: unknown, steps: number) => Timed;

/** Microseconds of the clock that all threads of a machine share. */
export function microseconds(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

/** Nothing but yields. */
function* counts(_site: unknown, steps: number): Timed {
  const start = microseconds();
  let i = 0;
  while (i < steps) {
    i++;
    yield i;
  }
  return microseconds() - start;
}

/** A loop that works and seldom stops: a yield in a thousand turns. */
function* walks(_site: unknown, steps: number): Timed {
  const start = microseconds();
  let sum = 0;
  let left = steps;
  for (let i = 0; left > 0; i++) {
    sum += i & 7;
    if (i % 1000 === 0) {
      left--;
      yield;
    }
  }
  return sum < 0 ? Number.NaN : microseconds() - start;
}

function* nests(_site: unknown, steps: number): Timed {
  const start = microseconds();
  yield* middle(steps);
  return microseconds() - start;
}

function* middle(steps: number): Generator<number> {
  yield* innermost(steps);
}

function* innermost(steps: number): Generator<number> {
  let i = 0;
  while (i < steps) {
    i++;
    yield i;
  }
}

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

function* iterates(_site: unknown, steps: number): Timed {
  const start = microseconds();
  let left = steps;
  while (left > 0) {
    for (const digit of DIGITS) {
      left--;
      yield digit;
    }
  }
  return microseconds() - start;
}

function* guards(_site: unknown, steps: number): Timed {
  const start = microseconds();
  let n = 0;
  while (n < 2 * steps) {
    try {
      yield n++;
    } finally {
      n++;
    }
  }
  return microseconds() - start;
}

export const generators = { counts, walks, nests, iterates, guards } satisfies Record<string, Kernel>;
export type GeneratorName = keyof typeof generators;
