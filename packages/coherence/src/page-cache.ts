import { Mode } from "./acquisition.ts";
import { CacheAction, CacheEvent, cacheEventNames, cacheTable } from "./cache-table.ts";
import { Kind, kindNames } from "./message.ts";
import { signedFor } from "./narrow.ts";
import { ProtocolError } from "./protocol-error.ts";
import { State, stateNames } from "./state.ts";
import { NO_ROW, type TransitionTable } from "./transition-table.ts";

/** What a cache controller asks of the site around it. All are called synchronously, in the table's written order. */
export interface CacheEffects {
  /** Send to the page's home directory (GetS GetM Upg PutS PutM WB); PutM and WB carry the page's present bytes. */
  toHome(kind: Kind, page: number): void;
  /** Send to another site: DataO (carries the page's present bytes) or InvAck. */
  toSite(kind: Kind, to: number, page: number): void;
  /** The body of the message being received becomes the page's bytes. Called before ready/readOnce. */
  fill(page: number): void;
  /** The page became S or M: local accesses that wait for it may run now (synchronously). */
  ready(page: number): void;
  /** From IS_D_I: the bytes are good for loads that wait at this instant and for no later one; the page is I already. */
  readOnce(page: number): void;
  /**
   * Must the page keep that right now, for a span or for an access about to run? Read: it must stay readable; Write: it must
   * stay M. Asked only of readable pages.
   */
  held(page: number, right: Mode): boolean;
  /** A page lost a right it had (M to S, M to I, S to I): accessors' fast windows must close. */
  lost(page: number): void;
}

/** `from` of what did not come in a message. */
const LOCAL = -1;
/** Makes an ack count a captured word of its own, never negative. */
const ACKS_BIAS = 0x80;

/**
 * The cache controller of one region at one site: the textbook's MSI automaton, one byte of state per page.
 *
 * It never waits. An access that load() or store() refused tries again after each message for its page (and after
 * readOnce): transient states start no request of their own, so a page that reached I through PutAck needs the retry.
 */
export class PageCache {
  /** One byte per page: a State. */
  readonly state: Uint8Array;
  /** How many times any page lost a right. Lets Pins skip a scan when nothing was lost. */
  losses = 0;
  /** InvAcks still owed to us per page: grant's count minus acks seen, so negative while acks run ahead of the grant. */
  readonly #acks: Int8Array | Int16Array;
  /** Requesters whose Inv waits for a pin. At most one per page: an acked Inv must precede the next grant. */
  readonly #deferredInv = new Map<number, number>();
  /** Forwards that wait for M or for a pin, as `requester * 2 + (1 if FwdGetM)`. At most one per page (see PROTOCOL). */
  readonly #deferredForward = new Map<number, number>();
  readonly #endpoints: number;
  readonly #effects: CacheEffects;
  readonly #table: TransitionTable;

  /** `endpoints` in all share the region. `table` is for the model checker's mutants; sites use the one table there is. */
  constructor(pages: number, effects: CacheEffects, endpoints: number, table: TransitionTable = cacheTable) {
    this.state = new Uint8Array(pages);
    this.#acks = signedFor(endpoints, pages);
    this.#endpoints = endpoints;
    this.#effects = effects;
    this.#table = table;
  }

  /** True: readable now. False: a request is under way, or the page is leaving; try again after its next message. */
  load(page: number): boolean {
    if (this.state[page] >= State.S) return true;
    this.#step(page, CacheEvent.Load, LOCAL, LOCAL);
    return this.state[page] >= State.S;
  }

  /** True: writable now. False: as for load. */
  store(page: number): boolean {
    if (this.state[page] === State.M) return true;
    this.#step(page, CacheEvent.Store, LOCAL, LOCAL);
    return this.state[page] === State.M;
  }

  /** Start giving the page back; false if nothing started (I, transient or held). */
  evict(page: number): boolean {
    if (this.hasDeferred) this.settle(page);
    const before = this.state[page];
    if (this.#isHeld(page, Mode.Read)) return false;
    this.#step(page, CacheEvent.Evict, LOCAL, LOCAL);
    return this.state[page] !== before;
  }

  /** Take a message for this cache. `requester` matters for Inv and forwards, `acks` for Data and UpgAck. */
  receive(kind: Kind, page: number, from: number, requester: number, acks: number): void {
    // What was deferred is older than this message; a pin that went soft must not put it behind.
    if (this.hasDeferred) this.settle(page);
    this.#step(page, this.#refine(kind, page, from, acks), from, requester);
  }

  /** Serve what was deferred for this page, if it is no longer held. Idempotent, cheap when nothing is deferred. */
  settle(page: number): void {
    if (!this.hasDeferred) return;
    const inv = this.#deferredInv.get(page);
    if (inv !== undefined && !this.#effects.held(page, Mode.Read)) {
      this.#deferredInv.delete(page);
      this.#step(page, CacheEvent.Inv, LOCAL, inv);
    }
    const forward = this.#deferredForward.get(page);
    if (forward === undefined || this.state[page] !== State.M) return;
    const takesAll = (forward & 1) === 1;
    if (this.#effects.held(page, takesAll ? Mode.Read : Mode.Write)) return;
    this.#deferredForward.delete(page);
    this.#step(page, takesAll ? CacheEvent.FwdGetM : CacheEvent.FwdGetS, LOCAL, forward >> 1);
  }

  /** Settle every page. To be called whenever pins may have become softer: begin of a blocking wait, release, cancel. */
  settleAll(): void {
    if (!this.hasDeferred) return;
    for (const page of this.#deferredInv.keys()) this.settle(page);
    for (const page of this.#deferredForward.keys()) this.settle(page);
  }

  /** Does any page have something deferred? */
  get hasDeferred(): boolean {
    return this.#deferredInv.size !== 0 || this.#deferredForward.size !== 0;
  }

  /** Pages with something deferred, each once, in no order. */
  get deferredPages(): Iterable<number> {
    return new Set([...this.#deferredInv.keys(), ...this.#deferredForward.keys()]);
  }

  /** The requester whose Inv is deferred, or -1. */
  deferredInvOf(page: number): number {
    return this.#deferredInv.get(page) ?? -1;
  }

  /** The deferred forward as `requester * 2 + (1 if FwdGetM)`, or -1. */
  deferredForwardOf(page: number): number {
    return this.#deferredForward.get(page) ?? -1;
  }

  /** InvAcks still owed to us; negative while acks run ahead of their grant. */
  acksOwed(page: number): number {
    return this.#acks[page];
  }

  /** Append everything that decides the future to `out`: four small numbers a page. For the model checker. */
  capture(out: number[]): void {
    for (let page = 0; page < this.state.length; page++) {
      out.push(this.state[page], this.#acks[page] + ACKS_BIAS);
      out.push(this.deferredInvOf(page) + 1, this.deferredForwardOf(page) + 1);
    }
  }

  /** Become what capture() wrote from `words[at]` on; returns where the following words begin. */
  restore(words: ArrayLike<number>, at: number): number {
    this.#deferredInv.clear();
    this.#deferredForward.clear();
    let next = at;
    for (let page = 0; page < this.state.length; page++) {
      this.state[page] = words[next++];
      this.#acks[page] = words[next++] - ACKS_BIAS;
      const inv = words[next++] - 1;
      if (inv >= 0) this.#deferredInv.set(page, inv);
      const forward = words[next++] - 1;
      if (forward >= 0) this.#deferredForward.set(page, forward);
    }
    return next;
  }

  /** A controller in the same state that speaks to other effects. */
  clone(effects: CacheEffects): PageCache {
    const copy = new PageCache(this.state.length, effects, this.#endpoints, this.#table);
    const words: number[] = [];
    this.capture(words);
    copy.restore(words, 0);
    copy.losses = this.losses;
    return copy;
  }

  /** Equal strings = equal futures. */
  fingerprint(): string {
    const words: number[] = [];
    this.capture(words);
    return String.fromCharCode(...words);
  }

  #refine(kind: Kind, page: number, from: number, acks: number): CacheEvent {
    switch (kind) {
      case Kind.Inv:
        return this.#isHeld(page, Mode.Read) ? CacheEvent.InvHeld : CacheEvent.Inv;
      case Kind.FwdGetS:
        // A reader pinned here keeps reading from S: only a writer must not share yet. On the way to M there is nothing to share,
        // and a reader may have an Inv deferred that came before.
        return this.#isHeld(page, this.state[page] === State.M ? Mode.Write : Mode.Read)
          ? CacheEvent.FwdGetSHeld
          : CacheEvent.FwdGetS;
      case Kind.FwdGetM:
        return this.#isHeld(page, Mode.Read) ? CacheEvent.FwdGetMHeld : CacheEvent.FwdGetM;
      case Kind.Data:
        return this.#owed(page, acks) === 0 ? CacheEvent.DataComplete : CacheEvent.DataPartial;
      case Kind.DataO:
        return CacheEvent.DataO;
      case Kind.UpgAck:
        return this.#owed(page, acks) === 0 ? CacheEvent.UpgAckComplete : CacheEvent.UpgAckPartial;
      case Kind.InvAck:
        return this.#owed(page, -1) === 0 ? CacheEvent.LastInvAck : CacheEvent.InvAck;
      case Kind.PutAck:
        return CacheEvent.PutAck;
      default:
        throw new ProtocolError(
          `${kindNames[kind]} for page ${page} from ${from}: is for a directory, not for a cache`,
        );
    }
  }

  #isHeld(page: number, right: Mode): boolean {
    return this.state[page] >= State.S && this.#effects.held(page, right);
  }

  #owed(page: number, change: number): number {
    const owed = this.#acks[page] + change;
    this.#acks[page] = owed;
    return owed;
  }

  /** The state changes first and the actions follow, so an effect that calls back in finds the page as it will be. */
  #step(page: number, event: CacheEvent, from: number, requester: number): void {
    const table = this.#table;
    const pair = this.state[page] * table.events + event;
    const next = table.next[pair];
    if (next === undefined || next === NO_ROW) this.#refuse(page, event, from);
    this.state[page] = next;
    const end = table.first[pair + 1];
    for (let at = table.first[pair]; at < end; at++) {
      this.#perform(table.actions[at] as CacheAction, page, requester);
    }
  }

  #perform(action: CacheAction, page: number, requester: number): void {
    const effects = this.#effects;
    switch (action) {
      case CacheAction.sendGetS:
        return effects.toHome(Kind.GetS, page);
      case CacheAction.sendGetM:
        return effects.toHome(Kind.GetM, page);
      case CacheAction.sendUpg:
        return effects.toHome(Kind.Upg, page);
      case CacheAction.sendPutS:
        return effects.toHome(Kind.PutS, page);
      case CacheAction.sendPutM:
        return effects.toHome(Kind.PutM, page);
      case CacheAction.sendWB:
        return effects.toHome(Kind.WB, page);
      case CacheAction.sendInvAck:
        return effects.toSite(Kind.InvAck, requester, page);
      case CacheAction.sendDataO:
        return effects.toSite(Kind.DataO, requester, page);
      case CacheAction.fill:
        return effects.fill(page);
      case CacheAction.ready:
        return effects.ready(page);
      case CacheAction.readOnce:
        return effects.readOnce(page);
      case CacheAction.lost:
        this.losses++;
        return effects.lost(page);
      case CacheAction.deferInv:
        return this.#defer(this.#deferredInv, page, requester);
      case CacheAction.deferFwdGetS:
        return this.#defer(this.#deferredForward, page, requester * 2);
      case CacheAction.deferFwdGetM:
        return this.#defer(this.#deferredForward, page, requester * 2 + 1);
      case CacheAction.settle:
        return this.settle(page);
      default:
        return action satisfies never;
    }
  }

  #defer(slot: Map<number, number>, page: number, value: number): void {
    if (slot.has(page)) throw new ProtocolError(`page ${page}: a second deferred message of one class`);
    slot.set(page, value);
  }

  #refuse(page: number, event: CacheEvent, from: number): never {
    const state = this.state[page];
    const where = state === undefined ? "outside the region" : `in ${stateNames[state]}`;
    throw new ProtocolError(`${cacheEventNames[event]} for page ${page} from ${from}: not expected ${where}`);
  }
}
