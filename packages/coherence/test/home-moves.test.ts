import {
  Directory,
  DirState,
  homeNamedBy,
  Kind,
  MOVE_AFTER,
  MovingHomes,
  ProtocolError,
  WriterTally,
} from "@isles/coherence";
import { describe, expect, test } from "vitest";

/** Site `self` of three and a launcher, in a region whose pages all begin at site 0. */
function homesAt(self: number, pages = 200, moveAfter = 2): MovingHomes {
  const slots = self === 0 ? pages : 0;
  const start = { homeOf: () => 0, slotOf: (page: number) => (self === 0 ? page : -1), slots };
  return new MovingHomes({ self, pages, endpoints: 4, sites: 3, start, moveAfter });
}

type Sent = { kind: Kind; to: number; page: number; requester: number; acks: number };

function directoryAt(homes: MovingHomes, sent: Sent[]): Directory {
  return new Directory(
    homes.self === 0 ? 200 : 0,
    4,
    (page) => homes.slotOf(page),
    {
      toSite: (kind, to, page, requester, acks) => sent.push({ kind, to, page, requester, acks }),
      store: () => {},
      passOn: (kind, page, requester) => sent.push({ kind, to: homes.homeOf(page), page, requester, acks: 0 }),
    },
    undefined,
    homes,
  );
}

/** Site 1 writes and site 2 reads, as the home sees it. */
function writeAndRead(directory: Directory, page: number): void {
  directory.receive(Kind.GetM, page, 1);
  directory.receive(Kind.GetS, page, 2);
  directory.receive(Kind.WB, page, 1);
  directory.receive(Kind.PutS, page, 1);
}

describe("a directory whose pages move", () => {
  test("gives a page to its writer, names the reader, and passes on what comes later", () => {
    const sent: Sent[] = [];
    const homes = homesAt(0);
    const directory = directoryAt(homes, sent);
    writeAndRead(directory, 7);
    directory.receive(Kind.Upg, 7, 1);
    directory.receive(Kind.GetS, 7, 2);
    directory.receive(Kind.GetS, 7, 0); // waits in S_D
    sent.length = 0;
    directory.receive(Kind.WB, 7, 1);
    expect(sent).toEqual([
      { kind: Kind.HomeMove, to: 1, page: 7, requester: 2, acks: 1 },
      { kind: Kind.GetS, to: 1, page: 7, requester: 0, acks: 0 },
    ]);
    expect(directory.stateOf(7)).toBe(DirState.Moved);
    expect([homes.homeOf(7), homes.homeOf(8)]).toEqual([1, 0]);
    sent.length = 0;
    directory.receive(Kind.Upg, 7, 2);
    directory.receive(Kind.PutM, 7, 2);
    expect(sent.map(({ kind, to, requester }) => [kind, to, requester])).toEqual([
      [Kind.Upg, 1, 2],
      [Kind.PutAck, 2, 2],
    ]);
  });

  test("keeps a page whose writer has left", () => {
    const sent: Sent[] = [];
    const directory = directoryAt(homesAt(0, 200, 1), sent);
    directory.receive(Kind.GetM, 3, 1);
    directory.receive(Kind.GetS, 3, 2);
    directory.receive(Kind.PutM, 3, 1);
    directory.receive(Kind.WB, 3, 1);
    expect(directory.stateOf(3)).toBe(DirState.S);
  });

  test("takes over pages it never had, as many as come", () => {
    const sent: Sent[] = [];
    const homes = homesAt(1);
    const directory = directoryAt(homes, sent);
    expect(() => directory.receive(Kind.GetS, 5, 2)).toThrow("the page is not homed here");
    for (let page = 199; page >= 0; page--) directory.receive(Kind.HomeMove, page, 2, 1);
    for (let page = 0; page < 200; page++) {
      expect(homes.homeOf(page)).toBe(1);
      expect(directory.stateOf(page)).toBe(DirState.S);
      expect([0, 1, 2].map((site) => directory.isSharer(page, site))).toEqual([false, true, true]);
    }
    directory.receive(Kind.Upg, 5, 1);
    expect(sent.map(({ kind, to }) => [kind, to])).toEqual([
      [Kind.UpgAck, 1],
      [Kind.Inv, 2],
    ]);
  });

  test("refuses a page where homes stay", () => {
    const directory = new Directory(1, 2, (page) => page, { toSite: () => {}, store: () => {} });
    expect(() => directory.receive(Kind.HomeMove, 0, 1, 1)).toThrow(ProtocolError);
  });
});

describe("what an endpoint knows of homes", () => {
  test("comes from what directories send, and from DataO, but not from acks", () => {
    expect(homeNamedBy(Kind.Data, 2, 1)).toBe(2);
    expect(homeNamedBy(Kind.Inv, 2, 1)).toBe(2);
    expect(homeNamedBy(Kind.DataO, 2, 1)).toBe(1);
    expect([Kind.InvAck, Kind.PutAck].map((kind) => homeNamedBy(kind, 2, 1))).toEqual([-1, -1]);
  });

  test("never contradicts a home about itself", () => {
    expect(() => homesAt(0).learn(4, 2)).toThrow("page 4: the home is said to be at 2, but here at 0 it is 0");
    expect(() => homesAt(1).learn(4, 1)).toThrow(ProtocolError);
    const homes = homesAt(2);
    homes.learn(4, 1);
    homes.learn(4, 1);
    expect([homes.homeOf(4), homes.homeOf(5)]).toEqual([1, 0]);
  });
});

describe("the tally of writers", () => {
  const runOf = (tally: WriterTally, writers: readonly number[]): boolean => {
    for (const writer of writers) tally.granted(0, writer);
    return tally.isDue(0, writers[writers.length - 1], 1);
  };

  test("is due after so many grants in a row to one site", () => {
    const tally = new WriterTally(3, 4);
    expect(runOf(tally, [1])).toBe(false);
    expect(runOf(tally, [1, 2, 1, 1])).toBe(false);
    expect(runOf(tally, [1])).toBe(true);
  });

  test("doubles with every move, up to sixteen times", () => {
    const tally = new WriterTally(MOVE_AFTER, 4);
    const needed = [0, 1, 2, 3, 4, 5].map((moves) => {
      tally.begin(0, Math.min(moves, 4), 1);
      for (let grants = 1; ; grants++) if (runOf(tally, [1])) return grants;
    });
    expect(needed).toEqual([8, 16, 32, 64, 128, 128]);
    expect(tally.movesAfter(0)).toBe(4);
  });

  test("is never due where homes stay", () => {
    const tally = new WriterTally(Infinity, 4);
    expect(runOf(tally, new Array(1_000).fill(1))).toBe(false);
  });
});
