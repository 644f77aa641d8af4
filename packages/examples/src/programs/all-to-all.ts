/**
 * Exchanges of everybody with everybody, as transpositions between sites need them. There is a block of shared memory for each
 * ordered pair of sites, written by the first and read by the second, on pages of its own: nobody fetches what is not for him,
 * and no page has two writers. All of it is there twice, so that sites write the next blocks while they read the last.
 */
import type { SharedArray, Site, SpanRequest } from "isles";
import type { Part } from "../kernel/contract.ts";
import { pageSizeFor } from "./page-size.ts";

/** Between two exchanges: what the others have written for this site, and where it writes for them. */
export interface Turn extends Disposable {
  /** A block of each site, in the order of the sites; none in the first turn. */
  readonly incoming: readonly Float64Array[];
  /** A block for each site, in the order of the sites; none in the last turn. */
  readonly outgoing: readonly Float64Array[];
}

class HeldTurn implements Turn {
  readonly incoming: readonly Float64Array[];
  readonly outgoing: readonly Float64Array[];
  readonly #held: Disposable;

  constructor(incoming: readonly Float64Array[], outgoing: readonly Float64Array[], held: Disposable) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.#held = held;
  }

  [Symbol.dispose](): void {
    this.#held[Symbol.dispose]();
  }
}

export class AllToAll {
  readonly #site: Site;
  readonly #arrays: readonly [SharedArray<Float64Array>, SharedArray<Float64Array>];
  /** Elements from one block to the next: whole pages. */
  readonly #stride: number;
  /** Of the next turn: it reads what the one before has written. */
  #turn = 0;

  /** Every site makes it with the same name and `capacity`, the elements of the largest block. */
  constructor(site: Site, name: string, capacity: number) {
    const pageSize = pageSizeFor(capacity * Float64Array.BYTES_PER_ELEMENT);
    const pageElements = pageSize / Float64Array.BYTES_PER_ELEMENT;
    this.#site = site;
    this.#stride = Math.ceil(capacity / pageElements) * pageElements;
    // The blocks of a writer lie together and have their home there.
    const array = (which: string) =>
      site.memory.float64(`${name} ${which}`, this.#stride * site.count ** 2, { pageSize, home: "block" });
    this.#arrays = [array("even"), array("odd")];
  }

  /**
   * The first turn, which only writes. No site may be in an earlier exchange. All sites take their pages at once and meet: whoever
   * went on at once would let the others wait for what it still has of theirs until it comes back here.
   */
  first(): Turn {
    this.#turn = 0;
    const turn = this.#next(false, true);
    this.#site.barrier();
    return turn;
  }

  /**
   * The next turn; the one before must have been disposed of. One barrier so that everybody has written. Then all sites take
   * their pages at once, and meet again: until then each serves the others, and after it none needs to be served, so the
   * work of the turn is not disturbed and delays nobody.
   */
  next({ isLast = false } = {}): Turn {
    this.#site.barrier();
    const turn = this.#next(true, !isLast);
    this.#site.barrier();
    return turn;
  }

  #next(reads: boolean, writes: boolean): Turn {
    const { id, count, memory } = this.#site;
    const written = this.#arrays[1 - (this.#turn % 2)];
    const toWrite = this.#arrays[this.#turn % 2];
    this.#turn++;
    const sites = Array.from({ length: count }, (_, site) => site);
    const requests: Record<string, SpanRequest<Float64Array>> = {};
    for (const site of sites) {
      const [from, to] = [(site * count + id) * this.#stride, (id * count + site) * this.#stride];
      if (reads) requests[`from ${site}`] = written.reading(from, from + this.#stride);
      if (writes) requests[`to ${site}`] = toWrite.writing(to, to + this.#stride);
    }
    const spans = memory.acquire(requests);
    const incoming = reads ? sites.map((site) => spans[`from ${site}`].view) : [];
    const outgoing = writes ? sites.map((site) => spans[`to ${site}`].view) : [];
    return new HeldTurn(incoming, outgoing, spans);
  }
}

/** What `site.share(length)` gives each site, in the order of the sites. Every site must call it (one reduction). */
export function partsOf(site: Site, length: number): readonly Part[] {
  const own = { at: site.id, part: site.share(length) };
  const all = site.reduce(`parts of ${length}`, [own], (some, more) => [...some, ...more]);
  return all.toSorted((a, b) => a.at - b.at).map(({ part }) => part);
}
