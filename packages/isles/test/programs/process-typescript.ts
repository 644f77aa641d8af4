// Lines and columns that errors have to name, under types that are stripped.
import { defineProcess, type ProcessSite } from "isles";

interface Task {
  readonly message: string;
  readonly depth: number;
}

export const failing = defineProcess(function* (site: ProcessSite, { message, depth }: Task) {
  type Unused = { a: number };
  const unused: Unused | undefined = undefined as Unused | undefined;
  yield;
  if (unused !== undefined) return site.id;
  return (yield* descend(depth, message)) as number;
});

function* descend(depth: number, message: string): Generator<undefined, number, unknown> {
  yield;
  if (depth > 0) return yield* descend(depth - 1, message);
  throw new RangeError(message); // here: the test looks for this line
}

const Colour = { Red: 3 } as const satisfies Record<string, number>;

export const typed = defineProcess(function* (_site, n: number) {
  let total: number = n satisfies number;
  for (const i of [1, 2, 3] as const) {
    yield;
    total += i * Colour.Red;
  }
  return total!;
});
