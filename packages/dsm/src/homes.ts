import type { StartingHomes } from "@isles/coherence";
import { pageCount, type RegionDescriptor } from "./descriptor.ts";

/**
 * Where the pages of a region live at first, and the dense number (slot) of each page in its home's directory. Where they
 * are now is for `MovingHomes` to say.
 */
export interface Homes {
  /** The home of a page, or -1 while nobody has touched a first-touch page that this endpoint knows of. */
  homeOf(page: number): number;
  slotOf(page: number): number;
  /** Number of directory slots that `endpoint` needs. */
  slotsAt(endpoint: number): number;
}

export function createHomes(descriptor: RegionDescriptor, sites: number): Homes {
  const pages = pageCount(descriptor);
  const { home } = descriptor;
  if (home === "block") return blockHomes(pages, sites);
  if (home === "cyclic") return cyclicHomes(pages, sites);
  if (home === "first-touch") return new FirstTouchHomes(pages, sites);
  return fixedHome(pages, home === "launcher" ? sites : home);
}

/** The same as one endpoint sees it. */
export function startingHomes(homes: Homes, self: number): StartingHomes {
  // The first request for a page may come before this endpoint knows that it is the page's home.
  const isAnyHere = homes instanceof FirstTouchHomes;
  return {
    slots: homes.slotsAt(self),
    homeOf: (page) => homes.homeOf(page),
    slotOf: (page) => (isAnyHere || homes.homeOf(page) === self ? homes.slotOf(page) : -1),
  };
}

function blockHomes(pages: number, sites: number): Homes {
  const first = (site: number) => Math.ceil((site * pages) / sites);
  return {
    homeOf: (page) => Math.floor((page * sites) / pages),
    slotOf: (page) => page - first(Math.floor((page * sites) / pages)),
    slotsAt: (endpoint) => (endpoint < sites ? first(endpoint + 1) - first(endpoint) : 0),
  };
}

function cyclicHomes(pages: number, sites: number): Homes {
  return {
    homeOf: (page) => page % sites,
    slotOf: (page) => Math.floor(page / sites),
    slotsAt: (endpoint) => (endpoint < sites ? Math.ceil((pages - endpoint) / sites) : 0),
  };
}

function fixedHome(pages: number, endpoint: number): Homes {
  return { homeOf: () => endpoint, slotOf: (page) => page, slotsAt: (other) => (other === endpoint ? pages : 0) };
}

/**
 * First touch: the block home of a page is its *locator*; it gives the page to the first endpoint that asks and tells
 * every later one who that was. The answer never changes, so each endpoint remembers it.
 */
export class FirstTouchHomes implements Homes {
  readonly #known: Int16Array;
  readonly #locators: Homes;
  readonly #pages: number;

  constructor(pages: number, sites: number) {
    this.#pages = pages;
    this.#known = new Int16Array(pages).fill(-1);
    this.#locators = blockHomes(pages, sites);
  }

  homeOf(page: number): number {
    return this.#known[page]!;
  }

  locatorOf(page: number): number {
    return this.#locators.homeOf(page);
  }

  learn(page: number, home: number): void {
    this.#known[page] = home;
  }

  slotOf(page: number): number {
    return page;
  }

  slotsAt(): number {
    return this.#pages;
  }
}
