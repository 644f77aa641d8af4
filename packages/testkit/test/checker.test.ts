import { checkSequentialConsistency, read, type Step, type Trace, update, write } from "@isles/testkit";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const X = 0;
const Y = 1;

const answer = (...trace: Step[][]): string => checkSequentialConsistency(trace).answer;

describe("traces by hand", () => {
  test.each<[string, Step[][]]>([
    ["nothing", []],
    ["the zero that memory begins with", [[read(X, 0)], [write(X, 1)]]],
    [
      "SB, seen by one",
      [
        [write(X, 1), read(Y, 0)],
        [write(Y, 1), read(X, 1)],
      ],
    ],
    [
      "MP, seen in order",
      [
        [write(X, 1), write(Y, 2)],
        [read(Y, 2), read(X, 1)],
      ],
    ],
    [
      "a read that waits for a later site",
      [
        [read(X, 1), read(X, 2)],
        [read(X, 0), write(X, 1)],
        [read(X, 1), write(X, 2)],
      ],
    ],
    ["additions in a row", [[update(X, 0, 1), update(X, 2, 3)], [update(X, 1, 2)]]],
    [
      "a value written twice",
      [
        [write(X, 1), write(X, 2), write(X, 1)],
        [read(X, 1), read(X, 2), read(X, 1)],
      ],
    ],
    [
      "a block that sees its own write",
      [
        [
          [
            { location: X, written: 5 },
            { location: X, read: 5 },
          ],
        ],
      ],
    ],
    [
      "a snapshot between two blocks",
      [
        [
          [
            { location: X, written: 1 },
            { location: Y, written: 1 },
          ],
        ],
        [
          [
            { location: X, read: 1 },
            { location: Y, read: 1 },
          ],
        ],
      ],
    ],
  ])("accepts %s", (_name, trace) => {
    expect(answer(...trace)).toBe("consistent");
  });

  test.each<[string, Step[][]]>([
    ["a value nobody wrote", [[read(X, 7)]]],
    [
      "SB",
      [
        [write(X, 1), read(Y, 0)],
        [write(Y, 1), read(X, 0)],
      ],
    ],
    [
      "MP",
      [
        [write(X, 1), write(Y, 2)],
        [read(Y, 2), read(X, 0)],
      ],
    ],
    [
      "LB",
      [
        [read(X, 1), write(Y, 1)],
        [read(Y, 1), write(X, 1)],
      ],
    ],
    ["IRIW", [[write(X, 1)], [write(Y, 1)], [read(X, 1), read(Y, 0)], [read(Y, 1), read(X, 0)]]],
    ["CoRR", [[write(X, 1)], [read(X, 1), read(X, 0)]]],
    ["a lost update", [[update(X, 0, 1)], [update(X, 0, 2)]]],
    ["one's own write unseen", [[write(X, 1), read(X, 0)]]],
    [
      "a torn snapshot",
      [
        [
          [
            { location: X, written: 1 },
            { location: Y, written: 1 },
          ],
        ],
        [
          [
            { location: X, read: 1 },
            { location: Y, read: 0 },
          ],
        ],
      ],
    ],
  ])("rejects %s", (_name, trace) => {
    const verdict = checkSequentialConsistency(trace);
    expect(verdict.answer).toBe("inconsistent");
    expect(verdict.stuck).not.toBe("");
  });

  test("says where it got stuck", () => {
    // Site 0 may not overwrite the 0 that site 1 has yet to see, and site 1 waits for the 1.
    const { stuck } = checkSequentialConsistency([[write(X, 1)], [read(X, 1), read(X, 0)]]);
    expect(stuck).toBe("memory [0]=0; site 0 before its step 0, [0]W1; site 1 before its step 0, [0]R1");
  });
});

/** What a site intends to do; an atomic memory turns it into a trace. */
interface Intent {
  readonly site: number;
  readonly kind: "read" | "write" | "update" | "block";
  readonly location: number;
}

const LOCATIONS = 3;
const intents = (sites: number, maxLength: number) =>
  fc.array(
    fc.record({
      site: fc.nat(sites - 1),
      kind: fc.constantFrom<Intent["kind"]>("read", "read", "write", "update", "block"),
      location: fc.nat(LOCATIONS - 1),
    }),
    { maxLength },
  );

/** The trace of the intents performed one after the other, every write with a value of its own. */
function perform(sites: number, order: readonly Intent[]): Step[][] {
  const memory = new Array<number>(LOCATIONS).fill(0);
  const trace: Step[][] = Array.from({ length: sites }, () => []);
  let value = 0;
  const set = (location: number): number => {
    value++;
    memory[location] = value;
    return value;
  };
  for (const { site, kind, location } of order) {
    const old = memory[location]!;
    const steps = trace[site]!;
    if (kind === "read") steps.push(read(location, old));
    else if (kind === "write") steps.push(write(location, set(location)));
    else if (kind === "update") steps.push(update(location, old, set(location)));
    else {
      const other = (location + 1) % LOCATIONS;
      steps.push([
        { location: other, read: memory[other]! },
        { location, read: old, written: set(location) },
      ]);
    }
  }
  return trace;
}

/** Truth by trying every order; only for small traces. */
function bruteForce(trace: Trace): boolean {
  const next = trace.map(() => 0);
  const go = (memory: readonly number[]): boolean => {
    let ended = true;
    for (const [site, steps] of trace.entries()) {
      const step = steps[next[site]!];
      if (step === undefined) continue;
      ended = false;
      const after = [...memory];
      const fits = step.every(({ location, read: seen, written }) => {
        const agrees = seen === undefined || after[location] === seen;
        if (written !== undefined) after[location] = written;
        return agrees;
      });
      if (!fits) continue;
      next[site]!++;
      const found = go(after);
      next[site]!--;
      if (found) return true;
    }
    return ended;
  };
  return go(new Array<number>(LOCATIONS).fill(0));
}

/** The trace with read number `n` (modulo their number) changed to `value`. */
function corrupt(trace: Step[][], n: number, value: number): Step[][] {
  const reads = trace.flat(2).filter((access) => access.read !== undefined);
  const victim = reads[n % Math.max(1, reads.length)];
  return trace.map((steps) =>
    steps.map((step) => step.map((access) => (access === victim ? { ...access, read: value } : access))),
  );
}

describe("laws", () => {
  test("what an atomic memory does is accepted", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }).chain((sites) => fc.tuple(fc.constant(sites), intents(sites, 160))),
        ([sites, order]) => {
          expect(answer(...perform(sites, order))).toBe("consistent");
        },
      ),
      { numRuns: 300 },
    );
  });

  test("on small corrupted traces it agrees with brute force, and both answers occur", () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(intents(3, 9), fc.nat(8), fc.nat(6), (order, n, value) => {
        const trace = corrupt(perform(3, order), n, value);
        const truth = bruteForce(trace);
        seen[`${truth}`]++;
        expect(answer(...trace)).toBe(truth ? "consistent" : "inconsistent");
      }),
      { numRuns: 2_000 },
    );
    expect(seen.true).toBeGreaterThan(100);
    expect(seen.false).toBeGreaterThan(100);
  });

  test("a long corrupted trace is decided, not given up", () => {
    fc.assert(
      fc.property(intents(3, 120), fc.nat(119), fc.nat(60), (order, n, value) => {
        expect(answer(...corrupt(perform(3, order), n, value))).not.toBe("unknown");
      }),
      { numRuns: 100 },
    );
  });
});
