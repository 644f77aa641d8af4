import type { ReleaseMutation } from "./release-machine.ts";
import { ReleaseModel, type ReleaseOptions } from "./release-model.ts";
import { thread } from "./release-programs.ts";

/** Programs over a region with release consistency to explore, with what their exploration must come to. */
export interface ReleaseConfiguration {
  readonly name: string;
  readonly about: string;
  /** Reachable states: pinned, so that any change of the protocol shows. */
  readonly states: number;
  /** Takes long; explored on request only. */
  readonly isLong: boolean;
  /** An outcome that sequential consistency forbids and that must be reached here, so that the model is known to be weak. */
  readonly reaches?: string;
  readonly make: (mutation?: ReleaseMutation) => ReleaseModel;
}

interface Sketch {
  readonly states: number;
  /** Programs by site, or `[site, program]`. */
  readonly programs: readonly (string | readonly [site: number, program: string])[];
  readonly homes: readonly number[];
  readonly elementsPerPage?: number;
  readonly elementSize?: number;
  readonly softPins?: boolean;
  readonly forbidden?: readonly string[];
  readonly reaches?: string;
  readonly isLong?: boolean;
}

function release(name: string, about: string, sketch: Sketch): ReleaseConfiguration {
  const { states, programs, homes, elementsPerPage = 1, elementSize = 4, isLong = false, reaches } = sketch;
  const threads = programs.map((program, site) =>
    typeof program === "string" ? thread(site, program) : thread(...program),
  );
  const sites = 1 + Math.max(...threads.map((each) => each.site));
  const races = reaches === undefined ? {} : { forbidden: [] };
  const options: ReleaseOptions = { ...races, ...sketch, threads, sites, homes, elementsPerPage, elementSize };
  return {
    name: `release-${name}`,
    about,
    states,
    isLong,
    ...(reaches === undefined ? {} : { reaches }),
    make: (mutation) => new ReleaseModel(options, mutation),
  };
}

/** A program so many times. */
const times = (count: number, program: string): string => new Array(count).fill(program).join("; ");
const APART = (sites: number): number => sites;

const increment = (register: string): string => `lock 0; ${register} = 0.0; 0.0 = ${register}+1; unlock 0`;

const pinned: readonly string[] = [
  "writes 0; 0.0 = 1; barrier 0; barrier 1; a = 0.1; f = 0.0; barrier 2; 0.0 = f+1; barrier 3; b = 0.0; end",
  "0.1 = 5; barrier 0; 0.1 = 6; d = 0.0; 0.0 = d+1; barrier 1; reads 0; c = 0.0; barrier 2; g = 0.1; barrier 3; e = 0.0; end",
];

/** Programs without data races: every read has one right answer, and no write may get lost. */
const raceFree: readonly ReleaseConfiguration[] = [
  release("counter-2", "1 page × 2 sites, home apart; each adds 1 to an element twice, under a lock", {
    states: 167,
    homes: [APART(2)],
    programs: [times(2, increment("a")), times(2, increment("b"))],
  }),
  release("counter-3", "1 page × 3 sites, home at site 0; each adds 1 to an element twice, under a lock", {
    states: 1_711,
    homes: [0],
    programs: [times(2, increment("a")), times(2, increment("b")), times(2, increment("c"))],
  }),
  release("false-sharing", "1 page × 2 sites, home apart; each writes its element thrice, and reads the other's", {
    states: 849,
    homes: [APART(2)],
    elementsPerPage: 2,
    programs: [
      "0.0 = 1; flush; 0.0 = 2; barrier 0; a = 0.1; barrier 1; 0.0 = 3; barrier 2; b = 0.1",
      "0.1 = 4; flush; 0.1 = 5; barrier 0; c = 0.0; barrier 1; 0.1 = 6; barrier 2; d = 0.0",
    ],
  }),
  release("bytes", "1 page × 3 sites, home at site 0; each writes its byte of one word, then reads its neighbour's", {
    states: 4_930,
    homes: [0],
    elementsPerPage: 3,
    elementSize: 1,
    programs: ["0.0 = 1; barrier 0; a = 0.1", "0.1 = 2; barrier 0; b = 0.2", "0.2 = 3; barrier 0; c = 0.0"],
  }),
  release("barriers", "2 pages × 2 sites, one home each; sites write their elements of both and read all, twice", {
    states: 1_149,
    homes: [0, 1],
    elementsPerPage: 2,
    programs: [
      "0.0 = 1; 1.0 = 2; barrier 0; a = 0.1; b = 1.1; barrier 1; 0.0 = 3; 1.0 = 4; barrier 2; c = 0.1; d = 1.1",
      "0.1 = 5; 1.1 = 6; barrier 0; e = 0.0; f = 1.0; barrier 1; 0.1 = 7; 1.1 = 8; barrier 2; g = 0.0; h = 1.0",
    ],
  }),
  release("barriers-3", "1 page × 3 sites, home apart; each writes its element and reads its neighbour's, twice", {
    states: 16_997,
    homes: [APART(3)],
    elementsPerPage: 3,
    programs: [
      "0.0 = 1; barrier 0; a = 0.1; barrier 1; 0.0 = 4; barrier 2; d = 0.1",
      "0.1 = 2; barrier 0; b = 0.2; barrier 1; 0.1 = 5; barrier 2; e = 0.2",
      "0.2 = 3; barrier 0; c = 0.0; barrier 1; 0.2 = 6; barrier 2; f = 0.0",
    ],
  }),
  release("notices", "1 page × 3 sites, home at 1; one notice is to do for the releases of two sites", {
    states: 1_772,
    homes: [1],
    elementsPerPage: 3,
    programs: ["z = 0.2; await 0; a = 0.1", "0.0 = 1; flush", "0.1 = 2; post 0"],
  }),
  release("chain", "2 pages × 3 sites, homes at 1 and 2; what one site writes goes on from site to site by flags", {
    states: 103,
    homes: [1, 2],
    programs: [
      "z = 1.0; 0.0 = 1; post 0; await 2; a = 1.0",
      "await 0; b = 0.0; 0.0 = b+1; post 1; await 2; c = 1.0",
      "await 1; d = 0.0; 1.0 = d+1; post 2; e = 1.0",
    ],
  }),
  release(
    "nested-locks",
    "1 page × 2 sites, home apart; locks nested, so that a page is dirty and stale at an acquire",
    {
      states: 316,
      homes: [APART(2)],
      elementsPerPage: 2,
      programs: [
        "lock 0; 0.0 = 1; lock 1; a = 0.1; 0.1 = a+1; unlock 1; f = 0.0; unlock 0; barrier 2; b = 0.1",
        "lock 1; c = 0.1; 0.1 = c+2; unlock 1; lock 0; d = 0.0; 0.0 = d+4; unlock 0; barrier 2; e = 0.1",
      ],
    },
  ),
  release("locks-3", "2 pages × 3 sites, homes at 0 and apart; two locks, whose elements share both pages", {
    states: 68_622,
    homes: [0, APART(3)],
    elementsPerPage: 2,
    programs: [
      "lock 0; a = 0.0; 0.0 = a+1; 1.0 = a+1; unlock 0; lock 1; b = 1.1; unlock 1",
      "lock 0; c = 1.0; 1.0 = c+2; unlock 0; lock 1; d = 0.1; 0.1 = d+2; unlock 1",
      "lock 1; e = 0.1; 0.1 = e+4; 1.1 = e+4; unlock 1; lock 0; f = 1.0; unlock 0",
    ],
  }),
  release("pins", "1 page × 2 sites, home apart; spans that stay open over barriers, refreshed in place", {
    states: 412,
    homes: [APART(2)],
    elementsPerPage: 2,
    programs: pinned,
  }),
  release("pins-soft", "the same, with pins that give way while their thread synchronises", {
    states: 446,
    homes: [APART(2)],
    elementsPerPage: 2,
    softPins: true,
    programs: pinned,
  }),
  release("pins-home", "1 page × 2 sites, home at site 0; both write in spans that stay open over a barrier", {
    states: 392,
    homes: [0],
    elementsPerPage: 2,
    programs: [
      "writes 0; 0.0 = 1; barrier 0; a = 0.1; barrier 1; 0.0 = 2; barrier 2; b = 0.1; end",
      "writes 0; 0.1 = 5; barrier 0; c = 0.0; barrier 1; 0.1 = 6; barrier 2; d = 0.0; end",
    ],
  }),
  release("threads", "1 page × 2 sites, home apart; a thread writes in a span while another of its site synchronises", {
    states: 2_592,
    homes: [APART(2)],
    elementsPerPage: 3,
    programs: [
      [0, "writes 0; 0.0 = 1; flush; 0.0 = 2; flush; end; barrier 1; a = 0.2"],
      [0, "await 0; b = 0.2; 0.1 = 3; flush; 0.1 = 4; barrier 1; c = 0.0"],
      [1, "0.2 = 5; post 0; d = 0.2; barrier 1; e = 0.0; f = 0.1"],
    ],
  }),
  release(
    "threads-refresh",
    "1 page × 2 sites, home apart; releases of two threads meet a refresh that a third waits for",
    {
      states: 6_026,
      homes: [APART(2)],
      elementsPerPage: 3,
      programs: [
        [0, "writes 0; 0.0 = 1; post 2; y = 0.0; 0.2 = 7; end; flush"],
        [0, "await 1; b = 0.1"],
        [0, "flush"],
        [1, "0.1 = 3; post 1; await 2; a = 0.0; flush"],
      ],
    },
  ),
  release("atomics", "1 page × 3 sites, home at site 0; atomic additions beside plain copies of what they change", {
    states: 2_050,
    homes: [0],
    elementsPerPage: 2,
    programs: [
      "a = add 0.0 1; barrier 0; b = 0.0",
      "0.1 = 7; c = add 0.0 2; barrier 0; d = 0.0; e = 0.1",
      "g = add 0.0 4; barrier 0; h = 0.0; i = 0.1",
    ],
  }),
];

/** Litmus tests: y and z are flags where they are read or written with acquire or release; x is plain. */
const forbidden: readonly ReleaseConfiguration[] = [
  release("MP", "x=1, release y=1 // acquire a=y, b=x: never a=1 b=0", {
    states: 108,
    homes: [APART(2)],
    forbidden: ["a=1 b=0"],
    programs: ["0.0 = 1; post 0", "z = 0.0; a = get 0; b = 0.0"],
  }),
  release("S", "x=2, release y=1 // acquire a=y, x=1: never a=1 and x=2 at the end", {
    states: 328,
    homes: [APART(2)],
    forbidden: ["a=1 0.0=2"],
    programs: ["0.0 = 2; post 0", "z = 0.0; a = get 0; 0.0 = 1; flush"],
  }),
  release("LB", "acquire a=x, y=1 // b=y, release x=1: never a=1 b=1", {
    states: 82,
    homes: [0],
    forbidden: ["a=1 b=1"],
    programs: ["a = get 0; 0.0 = 1; flush", "z = 0.0; b = 0.0; post 0"],
  }),
  release("WRC", "x=1, release w=1 // acquire a=w, release y=1 // acquire b=y, c=x: never a=1 b=1 c=0", {
    states: 2_348,
    homes: [0],
    forbidden: ["a=1 b=1 c=0", "a=1 b=1 d=0"],
    programs: ["0.0 = 1; post 0", "a = get 0; d = 0.0; post 1 = 1", "z = 0.0; b = get 1; c = 0.0"],
  }),
  release("ISA2", "x=1, release y=1 // acquire a=y, release z=1 // acquire b=z, c=x: never a=1 b=1 c=0", {
    states: 387,
    homes: [1],
    forbidden: ["a=1 b=1 c=0"],
    programs: ["0.0 = 1; post 0", "a = get 0; post 1", "z = 0.0; b = get 1; c = 0.0"],
  }),
  release("MP-locks", "x=1, unlock, lock, y=1, unlock // lock, a=y, unlock, lock, b=x, unlock: never a=1 b=0", {
    states: 412,
    homes: [0, 1],
    forbidden: ["a=1 b=0"],
    programs: [
      "lock 0; 0.0 = 1; unlock 0; lock 1; 1.0 = 1; unlock 1",
      "z = 0.0; lock 1; a = 1.0; unlock 1; lock 0; b = 0.0; unlock 0",
    ],
  }),
  release("MP-atomics", "x=1, atomic y+1 // atomic a=y, b=x: never a=1 b=0; three homes", {
    states: 140,
    homes: [APART(2), 0],
    forbidden: ["a=1 b=0"],
    programs: ["0.0 = 1; p = add 1.0 1", "z = 0.0; a = add 1.0 0; b = 0.0"],
  }),
  release("RWC-atomics", "atomic x+1 // atomic a=x, release y=1 // acquire b=y, plain c=x: never a=1 b=1 c=0", {
    states: 398,
    homes: [0],
    forbidden: ["a=1 b=1 c=0"],
    programs: ["p = add 0.0 1", "a = add 0.0 0; post 0", "z = 0.0; b = get 0; c = 0.0"],
  }),
];

/** What sequential consistency forbids and this model shows: programs with data races. */
const weak: readonly ReleaseConfiguration[] = [
  release("SB", "x=1, a=y // y=1, b=x: a=0 b=0 comes out", {
    states: 132,
    homes: [1, 0],
    reaches: "a=0 b=0",
    programs: ["0.0 = 1; a = 1.0; flush", "1.0 = 1; b = 0.0; flush"],
  }),
  release("R", "x=1, y=1 // y=2, a=x: y=2 at the end and a=0 comes out", {
    states: 874,
    homes: [APART(2), APART(2)],
    reaches: "a=0 1.0=2",
    programs: ["0.0 = 1; 1.0 = 1; flush", "1.0 = 2; a = 0.0; flush"],
  }),
  release("2+2W", "x=1, y=2 // y=1, x=2: x=1 y=1 at the end comes out", {
    states: 687,
    homes: [1, 0],
    reaches: "0.0=1 1.0=1",
    programs: ["0.0 = 1; 1.0 = 2; flush", "1.0 = 1; 0.0 = 2; flush"],
  }),
  release("IRIW", "x=1 // y=1 // a=x, b=y // c=y, d=x: a=1 b=0 c=1 d=0 comes out", {
    states: 1_264,
    homes: [0, 1],
    reaches: "a=1 b=0 c=1 d=0",
    programs: ["0.0 = 1", "1.0 = 1", "z = 1.0; a = 0.0; b = 1.0", "w = 0.0; c = 1.0; d = 0.0"],
  }),
  release("MP-plain", "x=1, y=1 // a=y, b=x: a=1 b=0 comes out", {
    states: 268,
    homes: [0, 0],
    reaches: "a=1 b=0",
    programs: ["0.0 = 1; 1.0 = 1; flush", "z = 0.0; a = 1.0; b = 0.0"],
  }),
  release(
    "WRC-plain",
    "x=1 // a=x, release y=1 // acquire b=y, c=x: a=1 b=1 c=0 comes out, since x=1 was never released",
    {
      states: 2_100,
      homes: [0],
      reaches: "a=1 b=1 c=0",
      programs: ["0.0 = 1; flush", "a = 0.0; post 0", "z = 0.0; b = get 0; c = 0.0"],
    },
  ),
];

/** All that is explored, by kind. */
export const releaseConfigurations: readonly ReleaseConfiguration[] = [...raceFree, ...forbidden, ...weak];

export function releaseNamed(name: string): ReleaseConfiguration {
  const found = releaseConfigurations.find((configuration) => configuration.name === name);
  if (found === undefined) {
    throw new Error(`no configuration ${name}; there are ${releaseConfigurations.map((c) => c.name).join(", ")}`);
  }
  return found;
}
