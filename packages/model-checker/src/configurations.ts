import { Mode, type PageRange } from "@isles/coherence";
import { AccessesModel } from "./accesses-model.ts";
import type { Homes } from "./machine.ts";
import type { MachineModel } from "./machine-model.ts";
import { type SpanShape, SpansModel, type SpansMutation, type SpansOptions } from "./spans-model.ts";

/** A system to explore, with what its exploration must come to. */
export interface Configuration {
  readonly name: string;
  readonly about: string;
  /** Reachable states: pinned, so that any change of the protocol shows. */
  readonly states: number;
  /** Takes long; explored on request only. */
  readonly isLong: boolean;
  readonly make: (mutation?: SpansMutation) => MachineModel;
}

const range = (mode: Mode, first: number, last = first): PageRange => ({ region: 0, first, last, mode });
const read = (first: number, last?: number): PageRange => range(Mode.Read, first, last);
const write = (first: number, last?: number): PageRange => range(Mode.Write, first, last);
const shape = (name: string, ...ranges: PageRange[]): SpanShape => ({
  name,
  ranges,
  blocking: true,
  prefetches: false,
});
const prefetching = (base: SpanShape): SpanShape => ({ ...base, name: `${base.name}, prefetched`, prefetches: true });
const awaited = (base: SpanShape): SpanShape => ({ ...base, name: `async ${base.name}`, blocking: false });

const r0 = shape("read 0", read(0));
const r1 = shape("read 1", read(1));
const w0 = shape("write 0", write(0));
const w1 = shape("write 1", write(1));
const w10 = shape("write 1, write 0", write(1), write(0));
const r0w1 = shape("read 0, write 1", read(0), write(1));
const overlap = shape("read 0-1, write 1", read(0, 1), write(1));
const w01 = shape("write 0-1", write(0, 1));
const barrier = shape("a wait for something else");

function accesses(sites: number, homes: Homes, pins: boolean, states: number): Configuration {
  const where = {
    separate: "directory apart",
    "co-located": "directory at site 0, sharing its storage",
    moving: "directory at site 0 at first, and at any writer's from any write-back on",
  }[homes];
  return {
    name: `accesses-${sites}${homes === "separate" ? "" : `-${homes}`}${pins ? "-pins" : ""}`,
    about: `1 page × ${sites} sites, ${where}; any loads, stores, evictions${pins ? "; any pins" : ""}`,
    states,
    isLong: false,
    make: (mutation) => new AccessesModel({ sites, pages: 1, homes, pins }, mutation),
  };
}

/** The same programs, which never evict. */
function movingWithoutEvictions(pins: boolean, states: number): Configuration {
  return {
    name: `accesses-3-moving${pins ? "-pins" : ""}-no-evictions`,
    about: `1 page × 3 sites, directory as before; any loads and stores, no evictions${pins ? "; any pins" : ""}`,
    states,
    isLong: false,
    make: (mutation) => new AccessesModel({ sites: 3, pages: 1, homes: "moving", pins, evicts: false }, mutation),
  };
}

interface SpansSketch {
  readonly name: string;
  readonly about: string;
  readonly states: number;
  readonly isLong?: boolean;
  /** The same at every site, or by site. */
  readonly shapes: readonly SpanShape[] | readonly (readonly SpanShape[])[];
}

function spans(sketch: SpansSketch, options: Omit<SpansOptions, "shapes">): Configuration {
  const { name, about, states, isLong = false } = sketch;
  const shapes = Array.from({ length: options.sites }, (_, site) => shapesOf(sketch, site));
  return { name, about, states, isLong, make: (mutation) => new SpansModel({ ...options, shapes }, mutation) };
}

function shapesOf({ shapes }: SpansSketch, site: number): readonly SpanShape[] {
  const own = shapes[site];
  return Array.isArray(own) ? own : (shapes as readonly SpanShape[]);
}

const twoPages = { sites: 2, pages: 2, homes: "co-located", spansMax: 2, evicts: false } as const;

/** All that is explored, smallest first within its kind. */
export const configurations: readonly Configuration[] = [
  accesses(2, "separate", false, 700),
  accesses(2, "co-located", false, 571),
  accesses(3, "separate", false, 32_387),
  accesses(3, "co-located", false, 25_746),
  accesses(3, "separate", true, 61_108),
  accesses(3, "co-located", true, 50_401),
  accesses(2, "moving", false, 2_376),
  accesses(2, "moving", true, 3_978),
  movingWithoutEvictions(false, 127_491),
  { ...movingWithoutEvictions(true, 415_504), isLong: true },
  { ...accesses(3, "moving", false, 892_523), isLong: true },
  spans(
    {
      name: "spans-upgrade",
      about: "1 page × 2 sites, directory apart; nested read and write spans (upgrades of a pinned page), evictions",
      states: 11_126,
      shapes: [r0, w0],
    },
    { ...twoPages, pages: 1, homes: "separate", evicts: true },
  ),
  spans(
    {
      name: "spans-3-sites",
      about: "1 page × 3 sites, co-located; read and write spans",
      states: 32_292,
      shapes: [r0, w0],
    },
    { ...twoPages, sites: 3, pages: 1, spansMax: 1 },
  ),
  spans(
    {
      name: "spans-nested-writes",
      about: "2 pages × 2 sites, one home each; write spans nested in both orders, evictions",
      states: 34_966,
      shapes: [w0, w1],
    },
    { ...twoPages, evicts: true },
  ),
  spans(
    {
      name: "spans-ranges",
      about: "2 pages × 2 sites, one home each; spans of several ranges, nested and prefetched",
      states: 5_010,
      shapes: [prefetching(w10), r0w1],
    },
    twoPages,
  ),
  spans(
    {
      name: "spans-overlap",
      about: "2 pages × 2 sites, one home each; ranges that overlap in one span and between nested ones, prefetched",
      states: 8_620,
      shapes: [prefetching(overlap), r1],
    },
    twoPages,
  ),
  spans(
    {
      name: "spans-wait",
      about: "2 pages × 2 sites, one home each; waits for something else (barrier, lock) while spans are pinned",
      states: 5_376,
      shapes: [w0, r1, barrier],
    },
    twoPages,
  ),
  spans(
    {
      name: "spans-async",
      about: "2 pages × 2 sites, one home each; async spans of several ranges beside blocking ones",
      states: 48_990,
      shapes: [w0, w1, awaited(r0w1)],
    },
    twoPages,
  ),
  spans(
    {
      name: "spans-async-wait",
      about: "2 pages × 2 sites, one home each; prefetched async spans beside reads and waits for something else",
      states: 87_272,
      shapes: [r0, barrier, prefetching(awaited(w01))],
    },
    twoPages,
  ),
  spans(
    {
      name: "spans-async-own-reader",
      about:
        "1 page × 3 sites, co-located; one waits by an async span to write what another of its spans reads, others write and read",
      states: 33_585,
      shapes: [[r0], [awaited(r0), awaited(w0)], [w0]],
    },
    { ...twoPages, sites: 3, pages: 1 },
  ),
  spans(
    {
      name: "spans-ranges-and-pages",
      about: "2 pages × 2 sites, one home each; spans of several ranges nested with single pages, prefetched",
      states: 80_694,
      shapes: [prefetching(w10), prefetching(r0w1), r0, w0],
    },
    twoPages,
  ),
  spans(
    {
      name: "spans-nested",
      about: "2 pages × 2 sites, one home each; read and write spans of either page, nested in all ways",
      states: 279_152,
      shapes: [r0, w0, r1, w1],
    },
    twoPages,
  ),
  spans(
    {
      name: "spans-3-sites-2-pages",
      about: "2 pages × 3 sites, homes at two of them; write spans of either page, nested in both orders",
      states: 169_602,
      isLong: true,
      shapes: [w0, w1],
    },
    { ...twoPages, sites: 3 },
  ),
  spans(
    {
      name: "spans-3-sites-nested",
      about: "1 page × 3 sites, co-located; nested read and write spans",
      states: 382_755,
      isLong: true,
      shapes: [r0, w0],
    },
    { ...twoPages, sites: 3, pages: 1 },
  ),
  spans(
    {
      name: "spans-async-3-sites",
      about: "1 page × 3 sites, co-located; async read and write spans of every site, two at a time",
      states: 2_094_890,
      isLong: true,
      shapes: [awaited(r0), awaited(w0)],
    },
    { ...twoPages, sites: 3, pages: 1 },
  ),
  spans(
    {
      name: "spans-3-deep",
      about: "2 pages × 2 sites, one home each; read and write spans, three at a time",
      states: 238_969,
      isLong: true,
      shapes: [r0, w0, w1],
    },
    { ...twoPages, spansMax: 3 },
  ),
  spans(
    {
      name: "spans-nested-separate",
      about: "2 pages × 2 sites, directory apart; read and write spans of either page, nested in all ways",
      states: 1_392_033,
      isLong: true,
      shapes: [r0, w0, r1, w1],
    },
    { ...twoPages, homes: "separate" },
  ),
];

/** What is known not to work: async code that awaits a lower page while it keeps a higher one pinned. */
export const asyncDescending: Configuration = spans(
  {
    name: "spans-async-descending",
    about: "2 pages × 2 sites; async spans that are awaited while another is kept, in either order",
    states: 997,
    shapes: [awaited(w0), awaited(w1)],
  },
  { ...twoPages, awaits: true },
);

export function configurationNamed(name: string): Configuration {
  const found = configurations.find((configuration) => configuration.name === name);
  if (found === undefined)
    throw new Error(`no configuration ${name}; there are ${configurations.map((c) => c.name).join(", ")}`);
  return found;
}
