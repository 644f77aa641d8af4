import { type Acquisition, type Mode, Phase, Pins, SpanDriver, type SpanPages } from "@isles/coherence";
import type { SpansMutation } from "./spans-model.ts";

const covers = (acquisition: Acquisition, region: number, page: number): boolean =>
  acquisition.ranges.some((range) => range.region === region && range.first <= page && page <= range.last);

/** Granted spans keep their pages through a blocking wait. */
class HardPins extends Pins {
  override held(region: number, page: number, right: Mode): boolean {
    return (
      super.held(region, page, right) || this.live.some((a) => a.phase === Phase.Granted && covers(a, region, page))
    );
  }
}

/** What was prefetched for a waiting span is kept, wherever its cursor is. */
class GreedyPins extends Pins {
  override held(region: number, page: number, right: Mode): boolean {
    return super.held(region, page, right) || this.live.some((a) => covers(a, region, page));
  }
}

/** The page waited for is free to go when it comes. */
class CursorFreePins extends Pins {
  override held(region: number, page: number, right: Mode): boolean {
    const { blocking } = this;
    return !(blocking?.region === region && blocking.page === page) && super.held(region, page, right);
  }
}

/** The page waited for is held in whatever mode it is here. */
class StubbornPins extends Pins {
  override held(region: number, page: number, right: Mode): boolean {
    const { blocking } = this;
    return (blocking?.region === region && blocking.page === page) || super.held(region, page, right);
  }
}

class NeverEscalates extends SpanDriver {
  override readOnce(): void {}
}

/** A span's end leaves what it deferred where it is. */
class ForgetsToSettle extends SpanDriver {
  readonly #own: Pins;

  constructor(pins: Pins, pages: SpanPages) {
    super(pins, pages);
    this.#own = pins;
  }

  override release(acquisition: Acquisition): void {
    this.#own.release(acquisition);
  }
}

/** A blocking wait makes pins soft, but nobody looks at what they had deferred. */
class SettlesNothing extends SpanDriver {
  constructor(pins: Pins, pages: SpanPages) {
    super(
      pins,
      withSettleAll(pages, () => {}),
    );
  }
}

/** Nothing is ever seen as lost, so nothing lent is fetched back. */
class NoticesNoLoss extends Pins {
  constructor(pages: SpanPages) {
    super({ satisfied: (region, page, mode) => pages.satisfied(region, page, mode), losses: 0 });
  }
}

function withSettleAll(pages: SpanPages, settleAll: () => void): SpanPages {
  return {
    satisfied: (region, page, mode) => pages.satisfied(region, page, mode),
    load: (region, page) => pages.load(region, page),
    store: (region, page) => pages.store(region, page),
    settleAll,
  };
}

export const hardPins: SpansMutation = { makePins: (pages) => new HardPins(pages) };
export const greedyPins: SpansMutation = { makePins: (pages) => new GreedyPins(pages) };
export const cursorFreePins: SpansMutation = { makePins: (pages) => new CursorFreePins(pages) };
export const stubbornPins: SpansMutation = { makePins: (pages) => new StubbornPins(pages) };
export const noticesNoLoss: SpansMutation = { makePins: (pages) => new NoticesNoLoss(pages) };
export const neverEscalates: SpansMutation = { makeDriver: (pins, pages) => new NeverEscalates(pins, pages) };
export const forgetsToSettle: SpansMutation = { makeDriver: (pins, pages) => new ForgetsToSettle(pins, pages) };
export const settlesNothing: SpansMutation = { makeDriver: (pins, pages) => new SettlesNothing(pins, pages) };
