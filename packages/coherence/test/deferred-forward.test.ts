import { Kind, Mode, PageCache, State } from "@isles/coherence";
import { expect, it } from "vitest";

it("a FwdGetS behind an Inv that a reader has deferred waits, like the Inv, although nothing writes the page yet", () => {
  const sent: string[] = [];
  let isRead = false;
  const cache = new PageCache(
    1,
    {
      toHome: (kind) => sent.push(`${kind} home`),
      toSite: (kind, to) => sent.push(`${kind} ${to}`),
      fill: () => {},
      ready: () => {},
      readOnce: () => {},
      held: (_page, right) => isRead && right === Mode.Read,
      lost: () => {},
    },
    4,
  );
  cache.load(0);
  cache.receive(Kind.Data, 0, 0, 0, 0);
  isRead = true; // a span that reads is granted, and another one of the same site is to write
  cache.store(0);
  expect(cache.state[0]).toBe(State.SM_AD);
  sent.length = 0;
  cache.receive(Kind.Inv, 0, 0, 2, 0); // endpoint 2 was first
  cache.receive(Kind.FwdGetS, 0, 0, 3, 0); // and endpoint 3 comes after this one
  expect([cache.state[0], cache.deferredInvOf(0), cache.deferredForwardOf(0)]).toEqual([State.SM_AD, 2, 6]);
  expect(sent).toEqual([]);
  isRead = false;
  cache.settleAll();
  expect(sent).toEqual([`${Kind.InvAck} 2`]);
  cache.receive(Kind.DataO, 0, 2, 0, 0);
  expect(sent).toEqual([`${Kind.InvAck} 2`, `${Kind.DataO} 3`, `${Kind.WB} home`]);
  expect(cache.state[0]).toBe(State.S);
});
