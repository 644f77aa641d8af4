import {
  isReleaseDirty,
  Mode,
  ReleaseCache,
  type ReleaseCacheEffects,
  ReleaseHome,
  ReleaseKind,
  ReleaseState,
  type ReleaseStateName,
  releaseKindName,
  releaseKindOf,
  State,
  Twins,
  wireKindOf,
} from "@isles/coherence";
import { releaseRows } from "@isles/coherence/internal";
import { describe, expect, test } from "vitest";

/** A cache of pages homed elsewhere, and what it asks for. */
function cacheOf(pages: number, held = (_page: number, _right: Mode): boolean => false) {
  const asked: string[] = [];
  const says =
    (what: string) =>
    (page: number): void => {
      asked.push(`${what} ${page}`);
    };
  const effects: ReleaseCacheEffects = {
    toHome: (kind, page) => says(releaseKindName(kind))(page),
    noticeSharers: () => false,
    makeTwin: says("makeTwin"),
    dropTwin: says("dropTwin"),
    diff: () => true,
    fill: says("fill"),
    merge: says("merge"),
    ready: says("ready"),
    held,
    lost: says("lost"),
  };
  return { asked, cache: new ReleaseCache(pages, () => false, effects) };
}

function homeOf(slots: number) {
  const sent: string[] = [];
  const home = new ReleaseHome(slots, 40, (page) => (page < slots ? page : -1), {
    toSite: (kind, to, page) => sent.push(`${releaseKindName(kind)} ${page} to ${to}`),
    apply: (page) => sent.push(`apply ${page}`),
  });
  return { sent, home };
}

test("the fast path's bounds are those of the other protocol", () => {
  expect(ReleaseState.C).toBe(State.S);
  expect(ReleaseState.D).toBe(State.M);
});

test("kinds fit the four bits of a record, and come back", () => {
  for (const kind of Object.values(ReleaseKind)) {
    expect(wireKindOf(kind)).toBeLessThan(16);
    expect(releaseKindOf(wireKindOf(kind))).toBe(kind);
  }
});

describe("the table", () => {
  const right = (state: ReleaseStateName): number => {
    const number = ReleaseState[state];
    return number >= ReleaseState.D ? 2 : number >= ReleaseState.C ? 1 : 0;
  };
  test("says `lost` exactly when the page loses a right", () => {
    for (const [state, event, next, actions] of releaseRows) {
      expect(actions.includes("lost"), `${state} ${event}`).toBe(right(next) < right(state));
    }
  });
  test("says `ready` exactly when something comes", () => {
    for (const [state, event, next, actions] of releaseRows) {
      const comes = right(state) === 0 && right(next) > 0;
      expect(actions.includes("ready"), `${state} ${event}`).toBe(comes);
    }
  });
  test("awaits and ends refreshes and late diffs in pairs", () => {
    for (const [state, event, next, actions] of releaseRows) {
      const isRefresh = (name: string): boolean => name === "CC_D" || name.startsWith("DD_D");
      expect(actions.includes("awaitRefresh"), `${state} ${event}`).toBe(!isRefresh(state) && isRefresh(next));
      expect(actions.includes("refreshed"), `${state} ${event}`).toBe(isRefresh(state) && !isRefresh(next));
      expect(actions.includes("awaitDiff"), `${state} ${event}`).toBe(state !== "DD_DR" && next === "DD_DR");
      expect(actions.includes("diffGone"), `${state} ${event}`).toBe(state === "DD_DR" && next !== "DD_DR");
    }
  });
  test("a page that becomes dirty is on the list of releases", () => {
    for (const [state, event, next, actions] of releaseRows) {
      const becomes = !isReleaseDirty(ReleaseState[state]) && isReleaseDirty(ReleaseState[next]);
      expect(actions.includes("listDirty"), `${state} ${event}`).toBe(becomes);
    }
  });
});

test("a page whose home turns out to be here is readable and writable without a message", () => {
  const { cache, asked } = cacheOf(1);
  expect(cache.store(0)).toBe(false);
  cache.homeIsHere(0);
  expect(asked).toEqual(["GetR 0", "ready 0"]);
  expect(cache.state[0]).toBe(ReleaseState.H);
  expect(cache.store(0)).toBe(true);
  expect(cache.state[0]).toBe(ReleaseState.HD);
});

test("a release looks at each dirty page once, however often it became dirty", () => {
  const { cache, asked } = cacheOf(2);
  for (const page of [0, 1]) {
    cache.load(page);
    cache.receive(ReleaseKind.DataR, page, 3);
    cache.store(page);
  }
  cache.receive(ReleaseKind.Notice, 0, 3);
  expect(cache.acquire()).toBe(true); // page 0 was dirty and stale: its diff goes out here
  cache.load(0);
  cache.receive(ReleaseKind.DataR, 0, 3);
  cache.store(0);
  asked.length = 0;
  expect(cache.release()).toBe(false);
  expect(asked.filter((what) => what.startsWith("Diff"))).toEqual(["Diff 0", "Diff 1"]);
  for (const page of [0, 0, 1]) {
    expect(cache.isReleased).toBe(false);
    cache.receive(ReleaseKind.DiffAck, page, 3);
  }
  expect(cache.isReleased).toBe(true);
  asked.length = 0;
  expect(cache.release()).toBe(true);
  expect(asked).toEqual([]);
});

test("a page pinned by a writer stays writable over a release, and every release looks at it again", () => {
  const { cache, asked } = cacheOf(1, (_page, right) => right <= Mode.Write);
  cache.load(0);
  cache.receive(ReleaseKind.DataR, 0, 3);
  cache.store(0);
  for (let i = 0; i < 3; i++) {
    asked.length = 0;
    cache.release();
    expect(asked).toEqual(["Diff 0", "makeTwin 0"]);
    expect(cache.state[0]).toBe(ReleaseState.D);
  }
});

describe("what cannot be is refused", () => {
  test("by a cache", () => {
    const { cache } = cacheOf(1);
    expect(() => cache.receive(ReleaseKind.Notice, 0, 3)).toThrow("Notice for page 0 from 3: not expected in I");
    expect(() => cache.receive(ReleaseKind.DataR, 0, 3)).toThrow("Data for page 0 from 3: not expected in I");
    expect(() => cache.receive(ReleaseKind.DiffAck, 0, 3)).toThrow("nothing is without one");
    expect(() => cache.receive(ReleaseKind.GetR, 0, 3)).toThrow("is not for a cache");
    expect(() => cache.receive(ReleaseKind.Notice, 7, 3)).toThrow("outside the region");
    expect(() => cache.receive(30 as ReleaseKind, 0, 3)).toThrow("message kind 30");
  });
  test("by a home", () => {
    const { home } = homeOf(1);
    expect(() => home.receive(ReleaseKind.GetR, 1, 2)).toThrow("GetR for page 1 from 2: the page is not homed here");
    expect(() => home.receive(ReleaseKind.NoticeAck, 0, 2)).toThrow("it was not told anything");
    expect(() => home.receive(ReleaseKind.DataR, 0, 2)).toThrow("is not for a home");
    home.receive(ReleaseKind.GetR, 0, 2);
    expect(() => home.receive(ReleaseKind.GetR, 0, 2)).toThrow("it has a copy already");
    home.receive(ReleaseKind.Diff, 0, 3);
    expect(() => home.receive(ReleaseKind.GetR, 0, 2)).toThrow("it has not answered a notice");
  });
});

test("a home with many sites tells each sharer once, and answers each releaser when all that were told know", () => {
  const { home, sent } = homeOf(2);
  for (const site of [1, 33, 39]) home.receive(ReleaseKind.GetR, 1, site);
  sent.length = 0;
  home.receive(ReleaseKind.Diff, 1, 5);
  home.receive(ReleaseKind.Diff, 1, 33);
  expect(sent).toEqual(["apply 1", "Notice 1 to 1", "Notice 1 to 33", "Notice 1 to 39", "apply 1"]);
  sent.length = 0;
  home.receive(ReleaseKind.NoticeAck, 1, 39);
  expect(sent).toEqual([]);
  home.receive(ReleaseKind.NoticeAck, 1, 1);
  expect(sent).toEqual(["DiffAck 1 to 33"]); // it need not wait for itself
  home.receive(ReleaseKind.NoticeAck, 1, 33);
  expect(sent).toEqual(["DiffAck 1 to 33", "DiffAck 1 to 5"]);
  expect(home.notice(1, 0)).toBe(false);
});

test("homes, caches and twins come back from what they captured", () => {
  const { home } = homeOf(2);
  for (const site of [1, 33]) home.receive(ReleaseKind.GetR, 0, site);
  home.receive(ReleaseKind.Diff, 0, 1);
  home.receive(ReleaseKind.GetR, 1, 4);
  const words: number[] = [];
  home.capture(words);
  const other = homeOf(2).home;
  expect(other.restore(words, 0)).toBe(words.length);
  expect(other.fingerprint()).toBe(home.fingerprint());
  expect([other.isSharer(1, 4), other.isTold(0, 33), other.isTold(0, 1)]).toEqual([true, true, false]);

  const { cache } = cacheOf(3);
  cache.load(0);
  cache.receive(ReleaseKind.DataR, 0, 9);
  cache.store(0);
  cache.receive(ReleaseKind.Notice, 0, 9);
  cache.load(1);
  const captured: number[] = [];
  cache.capture(captured);
  const twin = cacheOf(3).cache;
  expect(twin.restore(captured, 0)).toBe(captured.length);
  expect(twin.fingerprint()).toBe(cache.fingerprint());
  expect(twin.hasDirty).toBe(true);
});

describe("twins", () => {
  const region = (): { bytes: Uint8Array; twins: Twins } => {
    const bytes = new Uint8Array(512);
    return { bytes, twins: new Twins(bytes, 256, 8) };
  };
  test("merge keeps what was written here, takes the rest, and leaves a twin to tell both apart", () => {
    const { bytes, twins } = region();
    const page = new Float64Array(bytes.buffer, 256, 32);
    twins.make(1);
    page[3] = 33;
    new Float64Array(twins.incoming.buffer, 0, 32).fill(7);
    twins.merge(1);
    expect([page[3], page[4], bytes[0]]).toEqual([33, 7, 0]);
    expect(twins.diff(1)).toBe(true);
    expect(twins.diffLength).toBe(16); // head, run, one element
    twins.make(1);
    expect(twins.diff(1)).toBe(false);
  });
  test("a diff from one region is applied in another", () => {
    const [from, to] = [region(), region()];
    from.twins.make(0);
    new Float64Array(from.bytes.buffer)[31] = 1.5;
    from.twins.diff(0);
    to.twins.incoming.set(from.twins.diffBytes.subarray(0, from.twins.diffLength));
    to.twins.apply(0, from.twins.diffLength);
    expect(new Float64Array(to.bytes.buffer)[31]).toBe(1.5);
    expect(() => to.twins.apply(0, 3)).toThrow("not a multiple of 4");
  });
  test("are counted, and the buffers of those dropped are used again", () => {
    const { twins } = region();
    twins.make(0);
    twins.make(0);
    expect(twins.count).toBe(1);
    twins.drop(0);
    twins.drop(0);
    expect(twins.count).toBe(0);
    expect(() => twins.diff(0)).toThrow("page 0 has no twin");
  });
});
