import { type Acquisition, Mode, type PageRange, Phase, type PinnedPages, Pins } from "@isles/coherence";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const PAGES = 8;
const REGIONS = 2;

/** Pages that are whatever the test says: 0 absent, 1 readable, 2 writable. */
class SomePages implements PinnedPages {
  readonly rights = Array.from({ length: REGIONS }, () => new Uint8Array(PAGES));
  losses = 0;
  asked = 0;

  satisfied(region: number, page: number, mode: Mode): boolean {
    this.asked++;
    return this.rights[region][page] > mode;
  }

  set(region: number, page: number, rights: number): void {
    if (rights < this.rights[region][page]) this.losses++;
    this.rights[region][page] = rights;
  }
}

const range = (mode: Mode, first: number, last = first, region = 0): PageRange => ({ region, first, last, mode });
const ranges = fc.array(
  fc
    .tuple(fc.nat(REGIONS - 1), fc.nat(PAGES - 1), fc.nat(3), fc.constantFrom(Mode.Read, Mode.Write))
    .map(([region, first, more, mode]) => range(mode, first, Math.min(PAGES - 1, first + more), region)),
  { minLength: 1, maxLength: 4 },
);

/** What each page is wanted for by ranges, by address `region * PAGES + page`. */
function demand(all: readonly PageRange[]): Map<number, Mode> {
  const wanted = new Map<number, Mode>();
  for (const { region, first, last, mode } of all) {
    for (let page = first; page <= last; page++) {
      const at = region * PAGES + page;
      wanted.set(at, Math.max(wanted.get(at) ?? Mode.Read, mode) as Mode);
    }
  }
  return wanted;
}

function lowestMissing(pages: SomePages, all: readonly PageRange[]): readonly [number, Mode] | null {
  const missing = [...demand(all)].filter(([at, mode]) => pages.rights[Math.floor(at / PAGES)][at % PAGES] <= mode);
  missing.sort(([a], [b]) => a - b);
  return missing[0] ?? null;
}

const cursorOf = (a: Acquisition): readonly [number, Mode] => [a.region * PAGES + a.page, a.mode];

/** Fetch what advance() asks for until the span is granted; returns the order in which pages were asked for. */
function collect(pins: Pins, pages: SomePages, acquisition: Acquisition): number[] {
  const order: number[] = [];
  while (pins.advance(acquisition)) {
    order.push(acquisition.region * PAGES + acquisition.page);
    pages.set(acquisition.region, acquisition.page, acquisition.mode + 1);
  }
  return order;
}

describe("advance", () => {
  test("asks for the lowest missing page, in the mode that covers it", () => {
    fc.assert(
      fc.property(ranges, fc.array(fc.nat(2), { minLength: 16, maxLength: 16 }), (wanted, rights) => {
        const pages = new SomePages();
        rights.forEach((right, at) => {
          pages.rights[Math.floor(at / PAGES)][at % PAGES] = right;
        });
        const pins = new Pins(pages);
        const acquisition = pins.begin(wanted, true);
        for (;;) {
          const expected = lowestMissing(pages, wanted);
          expect(pins.advance(acquisition)).toBe(expected !== null);
          if (expected === null) break;
          expect(cursorOf(acquisition)).toEqual(expected);
          pages.set(acquisition.region, acquisition.page, acquisition.mode + 1);
        }
        expect(acquisition.granted).toBe(true);
      }),
    );
  });

  test("fetches back, in ascending order, what granted spans lent", () => {
    fc.assert(
      fc.property(ranges, ranges, fc.array(fc.nat(15)), (outer, inner, lost) => {
        const pages = new SomePages();
        const pins = new Pins(pages);
        collect(pins, pages, pins.begin(outer, true));
        const acquisition = pins.begin(inner, true);
        if (!pins.advance(acquisition)) return;
        for (const at of lost) {
          const [region, page] = [Math.floor(at / PAGES), at % PAGES];
          if (!pins.held(region, page)) pages.set(region, page, 0);
        }
        const order = collect(pins, pages, acquisition);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(lowestMissing(pages, [...outer, ...inner])).toBe(null);
      }),
    );
  });

  test("looks at each page once, however many waits there are", () => {
    const pages = new SomePages();
    const many = 10_000;
    pages.rights[0] = new Uint8Array(many);
    const pins = new Pins(pages);
    collect(pins, pages, pins.begin([range(Mode.Write, 0, many - 1)], true));
    // Each page is asked about when the cursor comes to it, and once more when it has arrived.
    expect(pages.asked).toBeLessThanOrEqual(2 * many);
    const small = pins.begin([range(Mode.Read, 0, 0, 1)], true);
    pages.asked = 0;
    collect(pins, pages, small);
    expect(pages.asked).toBeLessThan(10);
  });
});

describe("held", () => {
  test("while a blocking acquisition waits: exactly the pages behind its cursor", () => {
    fc.assert(
      fc.property(ranges, ranges, (outer, inner) => {
        const pages = new SomePages();
        const pins = new Pins(pages);
        collect(pins, pages, pins.begin(outer, true));
        const covered = demand([...outer, ...inner]);
        const acquisition = pins.begin(inner, true);
        for (let cursor = -1; ; ) {
          for (let at = 0; at < REGIONS * PAGES; at++) {
            expect(pins.held(Math.floor(at / PAGES), at % PAGES)).toBe(at < cursor && covered.has(at));
          }
          if (!pins.advance(acquisition)) break;
          cursor = cursorOf(acquisition)[0];
          const here = [acquisition.region, acquisition.page] as const;
          expect(pins.held(...here)).toBe(false);
          pages.set(...here, acquisition.mode + 1);
          expect(pins.held(...here)).toBe(true);
          pages.rights[here[0]][here[1]] = 0;
          pages.set(...here, acquisition.mode + 1);
          cursor++;
        }
      }),
    );
  });

  test("outside a blocking wait: every granted page, until release", () => {
    fc.assert(
      fc.property(ranges, ranges, (one, two) => {
        const pages = new SomePages();
        const pins = new Pins(pages);
        const spans = [pins.begin(one, true)];
        collect(pins, pages, spans[0]);
        spans.push(pins.begin(two, false));
        collect(pins, pages, spans[1]);
        const isHeld = (all: readonly PageRange[]) =>
          Array.from(
            { length: REGIONS * PAGES },
            (_, at) => pins.held(Math.floor(at / PAGES), at % PAGES) === demand(all).has(at),
          );
        expect(isHeld([...one, ...two])).not.toContain(false);
        pins.release(spans[0]);
        pins.release(spans[0]);
        expect(isHeld(two)).not.toContain(false);
        pins.release(spans[1]);
        expect(isHeld([])).not.toContain(false);
        expect(pins.idle).toBe(true);
      }),
    );
  });

  test("a page readable here is not held for a wait that wants to write it", () => {
    const pages = new SomePages();
    const pins = new Pins(pages);
    collect(pins, pages, pins.begin([range(Mode.Read, 3)], true));
    expect(pins.held(0, 3)).toBe(true);
    const upgrade = pins.begin([range(Mode.Write, 3)], true);
    expect(pins.advance(upgrade)).toBe(true);
    expect(pins.held(0, 3)).toBe(false);
  });
});

describe("acquisitions beside a blocking one", () => {
  test("stand still, then look again at what was soft", () => {
    const pages = new SomePages();
    const pins = new Pins(pages);
    const slow = pins.begin([range(Mode.Write, 2, 5)], false);
    pins.advance(slow);
    pages.set(0, 2, 2);
    pins.advance(slow);
    expect(slow.page).toBe(3);
    const quick = pins.begin([range(Mode.Write, 0)], true);
    expect(pins.advance(quick)).toBe(true);
    expect(pins.advance(slow)).toBe(true);
    expect(pins.held(0, 2)).toBe(false);
    pages.set(0, 2, 0);
    pages.set(0, 0, 2);
    expect(pins.advance(quick)).toBe(false);
    expect(pins.advance(slow)).toBe(true);
    expect(slow.page).toBe(2);
    expect(pins.held(0, 0)).toBe(true);
  });

  test("a cancelled wait leaves lent pages to the next wait", () => {
    const pages = new SomePages();
    const pins = new Pins(pages);
    collect(pins, pages, pins.begin([range(Mode.Write, 4)], true));
    const lost = pins.begin([range(Mode.Write, 1)], true);
    pins.advance(lost);
    pages.set(0, 4, 0);
    pins.cancel(lost);
    expect(lost.phase).toBe(Phase.Ended);
    expect(collect(pins, pages, pins.begin([], true))).toEqual([4]);
  });

  test("two blocking ones are a mistake", () => {
    const pins = new Pins(new SomePages());
    pins.begin([], true);
    expect(() => pins.begin([], true)).toThrow(/at most one blocking acquisition/);
  });
});

describe("what is set aside while other code runs inside a wait", () => {
  test("holds nothing and stands still; the other code may take the same pages, and block", () => {
    const pages = new SomePages();
    const pins = new Pins(pages);
    const span = pins.begin([range(Mode.Write, 2, 4)], true);
    collect(pins, pages, span);
    const slow = pins.begin([range(Mode.Read, 6)], false);
    expect(pins.advance(slow)).toBe(true);
    const wait = pins.begin([], true);
    const aside = pins.setAside();
    expect([pins.idle, pins.held(0, 2), pins.advance(slow), pins.advance(wait)]).toEqual([true, false, true, true]);
    const inner = pins.begin([range(Mode.Write, 3)], true);
    expect(pins.advance(inner)).toBe(false);
    expect([pins.held(0, 3), pins.held(0, 2), pins.held(0, 4)]).toEqual([true, false, false]);
    const innerWait = pins.begin([], true);
    const innerAside = pins.setAside();
    pages.set(0, 3, 0);
    pages.set(0, 4, 0);
    pins.takeBack(innerAside);
    expect(collect(pins, pages, innerWait)).toEqual([3]);
    expect(pins.held(0, 3)).toBe(true);
    pins.release(inner);
    pins.takeBack(aside);
    expect([pins.held(0, 2), pins.held(0, 3)]).toEqual([false, false]);
    expect(collect(pins, pages, wait)).toEqual([4]);
    expect([2, 3, 4].map((page) => pins.held(0, page))).toEqual([true, true, true]);
    expect(pins.live).toEqual([span, slow]);
  });

  test("what the other code left behind is lent until the wait is over, then fetched back", () => {
    const pages = new SomePages();
    const pins = new Pins(pages);
    collect(pins, pages, pins.begin([range(Mode.Write, 2)], true));
    const wait = pins.begin([], true);
    const aside = pins.setAside();
    const left = pins.begin([range(Mode.Write, 5)], false);
    collect(pins, pages, left);
    expect(pins.held(0, 5)).toBe(true);
    pins.takeBack(aside);
    expect(pins.held(0, 5)).toBe(false);
    pages.set(0, 5, 0);
    expect(collect(pins, pages, wait)).toEqual([5]);
    expect(pins.held(0, 5)).toBe(true);
  });

  test("may end meanwhile", () => {
    const pages = new SomePages();
    const pins = new Pins(pages);
    const span = pins.begin([range(Mode.Write, 2)], true);
    collect(pins, pages, span);
    const wait = pins.begin([], true);
    const aside = pins.setAside();
    pins.release(span);
    pins.takeBack(aside);
    expect(collect(pins, pages, wait)).toEqual([]);
    expect(pins.idle).toBe(true);
  });

  test("is only what a wait for something else has lent", () => {
    const pins = new Pins(new SomePages());
    pins.begin([range(Mode.Write, 2)], true);
    expect(() => pins.setAside()).toThrow(/only what is lent/);
  });
});

test("what capture() wrote, restore() reads", () => {
  fc.assert(
    fc.property(ranges, ranges, fc.boolean(), (one, two, blocking) => {
      const pages = new SomePages();
      const pins = new Pins(pages);
      collect(pins, pages, pins.begin(one, true));
      pins.advance(pins.begin(two, blocking));
      const words: number[] = [];
      pins.capture(words);
      const copy = new Pins(pages);
      expect(copy.restore(words, 0)).toBe(words.length);
      const again: number[] = [];
      copy.capture(again);
      expect(again).toEqual(words);
      expect(copy.blocking === null).toBe(pins.blocking === null);
    }),
  );
});
