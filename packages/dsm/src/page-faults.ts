import { Spending, type TimeAccount } from "@isles/base";
import { type Acquisition, Mode, type PageRange, type Pins, type SpanDriver } from "@isles/coherence";
import type { Port } from "@isles/transport";
import { Prefetcher } from "./prefetcher.ts";
import type { Region } from "./region.ts";
import type { RegionSet } from "./region-set.ts";
import { noteWait } from "./stats.ts";
import { Strides } from "./strides.ts";

/** A blocked thread looks up at least this often, in milliseconds, so that a lost wake-up could never become a hang. */
export const MAX_SLEEP_MS = 500;

/** Spans between two looks at the mail. */
const SPANS_PER_POLL = 16;

/** What page faults need of their endpoint. */
export interface FaultHost {
  readonly pins: Pins;
  readonly spans: SpanDriver;
  readonly regions: RegionSet;
  readonly port: Port;
  readonly now: () => number;
  readonly account: TimeAccount;
  /** Serves whatever has arrived. */
  turn(): void;
  /** The same, if anything has. */
  poll(): void;
  /** Sends what the controllers have queued. */
  send(): void;
  release(acquisition: Acquisition): void;
  /** Notes whose code takes an acquisition. */
  own(acquisition: Acquisition): void;
  /** Throws where the thread may not block. */
  mustBlock(call: string): void;
  /** Throws what ends a wait here. */
  checkGoingOn(): void;
}

/** A page that this thread waits for, and in which mode. */
export type PageWait = Pick<Acquisition, "region" | "page" | "mode">;

/** The software page fault: blocks the thread until pages are here, serving everybody meanwhile. */
export class PageFaults {
  readonly #host: FaultHost;
  readonly #strides = new Strides();
  #spansLeft = SPANS_PER_POLL;
  /** What the thread is blocked for at this moment. */
  awaited: PageWait | undefined;
  /** The one page that an access waits for, or is about to use, while no span is held or awaited. */
  reserved: PageWait | undefined;

  constructor(host: FaultHost) {
    this.#host = host;
  }

  /** Blocks until every page of the ranges is here in its mode, and holds them until `release`. */
  acquire(ranges: readonly PageRange[], call: string): Acquisition {
    this.#host.mustBlock(call);
    if (--this.#spansLeft === 0) {
      this.#spansLeft = SPANS_PER_POLL;
      this.#host.poll(); // a program that spins by spans of pages that it has would keep for ever what it waits for
    }
    const acquisition = this.complete(this.#host.spans.begin(ranges, true));
    this.#host.own(acquisition);
    const freed = ranges.find((range) => this.#host.regions.regionOf(range.region) === undefined);
    if (freed === undefined) return acquisition;
    this.#host.release(acquisition);
    throw this.#host.regions.freedError(freed.region);
  }

  /** Runs `store` while this site owns the page. */
  store<T>(region: Region, page: number, call: string, store: () => T): T {
    this.#host.mustBlock(call);
    if (region.freed !== undefined) throw region.freed;
    if (this.#host.pins.idle)
      return this.#reserving(region, page, Mode.Write, (wait) => {
        if (!region.cache.store(page)) this.#awaitFirst(region, wait);
        while (!region.cache.store(page)) this.#awaitPage(wait);
        return store();
      });
    const held = this.acquire([{ region: region.id, first: page, last: page, mode: Mode.Write }], call);
    try {
      return store();
    } finally {
      this.#host.release(held);
    }
  }

  /**
   * An access to one page where no span is held or awaited: a note of the page does what an acquisition of it would (it is
   * held from its arrival in that mode until the access is done), for a fraction of the time.
   */
  #reserving<T>(region: Region, page: number, mode: Mode, access: (wait: PageWait) => T): T {
    const wait = { region: region.id, page, mode };
    this.reserved = wait;
    try {
      return access(wait);
    } finally {
      this.reserved = undefined;
      if (region.cache.hasDeferred) {
        region.cache.settle(page);
        this.#host.send();
      }
    }
  }

  /** A load's page fault: afterwards the page's bytes are good for one load. */
  load(region: Region, page: number, call: string): void {
    this.#host.mustBlock(call);
    if (region.freed !== undefined) throw region.freed;
    if (this.#host.pins.idle) {
      let wasOutdated = region.isOutdated(page);
      this.#reserving(region, page, Mode.Read, (wait) => {
        for (let isFirst = true; !region.cache.load(page); isFirst = false) {
          if (isFirst) this.#awaitFirst(region, wait);
          else this.#awaitPage(wait);
          if (region.oncePage === page && !wasOutdated) return;
          if (region.oncePage === page) wasOutdated = false; // what comes next was asked for by this load
        }
      });
      return;
    }
    const acquisition = this.#host.spans.begin([{ region: region.id, first: page, last: page, mode: Mode.Read }], true);
    let isOutdated = region.isOutdated(page);
    try {
      while (this.#host.spans.next(acquisition)) {
        this.#awaitPage(acquisition);
        if (region.oncePage !== page) continue;
        if (isOutdated) {
          isOutdated = false; // what comes next was asked for by this load
        } else {
          this.#host.spans.cancel(acquisition);
          if (!this.#host.pins.idle) this.complete(this.#host.spans.begin([], true));
          return;
        }
      }
    } catch (error) {
      this.#host.spans.cancel(acquisition);
      throw error;
    }
    this.#host.release(acquisition);
  }

  /** Blocks until the acquisition is granted; cancels it if that can never be. */
  complete(acquisition: Acquisition): Acquisition {
    try {
      if (!this.#host.spans.next(acquisition)) return acquisition;
      const ahead = new Prefetcher(acquisition, this.#host.regions);
      do {
        ahead.run();
        this.#awaitPage(acquisition);
      } while (this.#host.spans.next(acquisition));
    } catch (error) {
      this.#host.spans.cancel(acquisition);
      throw error;
    }
    return acquisition;
  }

  /** The same for a page that was not there: those that the program may want next are asked for along with it. */
  #awaitFirst(region: Region, wait: PageWait): void {
    this.#strides.missed(region, wait.page, wait.mode);
    this.#awaitPage(wait);
  }

  /** Pumps until the page (an acquisition's cursor) came, or came for one load, or must be asked for again. */
  #awaitPage(wait: PageWait): void {
    const region = this.#host.regions.regionOf(wait.region);
    const { page, mode } = wait;
    if (region === undefined) throw this.#host.regions.freedError(wait.region);
    region.oncePage = -1;
    const start = this.#host.now();
    const { account } = this.#host;
    const spentBefore = account.switchTo(mode === Mode.Write ? Spending.WriteMiss : Spending.ReadMiss, start);
    this.awaited = wait;
    try {
      for (;;) {
        this.#host.turn();
        // After the turn: the mail it took may have been the last, and then nothing would end the sleep below in time.
        this.#host.checkGoingOn();
        if (region.freed !== undefined) throw region.freed;
        if (region.satisfied(page, mode) || region.stable(page) || region.oncePage === page) return;
        this.#host.port.wait(MAX_SLEEP_MS);
      }
    } finally {
      this.awaited = undefined;
      const now = this.#host.now();
      account.switchTo(spentBefore, now);
      noteWait(region.stats, page, now - start);
    }
  }
}
