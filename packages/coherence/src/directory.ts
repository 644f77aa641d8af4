import { DirAction, DirEvent, dirEventNames, directoryTable } from "./directory-table.ts";
import { Kind, kindNames } from "./message.ts";
import { signedFor } from "./narrow.ts";
import { ProtocolError } from "./protocol-error.ts";
import { RequestQueues } from "./request-queues.ts";
import { SharerSets } from "./sharer-sets.ts";
import { DirState, dirStateNames } from "./state.ts";
import { NO_ROW, type TransitionTable } from "./transition-table.ts";

/** What a directory asks of the site around it. All are called synchronously, in the table's written order. */
export interface DirectoryEffects {
  /**
   * Send Data, UpgAck, FwdGetS, FwdGetM, Inv or PutAck. Data carries the home copy's bytes. `requester` is who the
   * answer or the ack is for; `acks` = how many InvAcks `to` must wait for.
   */
  toSite(kind: Kind, to: number, page: number, requester: number, acks: number): void;
  /** The body of the message being received becomes the home copy. */
  store(page: number): void;
  /** Pass a message on to where the page's home is now, in the requester's name. Needed only where homes move. */
  passOn?(kind: Kind, page: number, requester: number): void;
}

/** What lets the homes of pages move (see home-moves.ts); a directory without it keeps its pages. */
export interface DirectoryMoves {
  /** The endpoint of this directory. */
  readonly self: number;
  /** The page's owner is now `to`. */
  granted(slot: number, to: number): void;
  /** The owner wrote the page back and shares it: should it become the page's home? */
  isDue(slot: number, owner: number): boolean;
  /** The page goes to `to`; how often it has moved then. */
  leave(page: number, slot: number, to: number): number;
  /** The page comes here, and has moved so often; its slot. */
  enter(page: number, moves: number): number;
}

const NOBODY = -1;

/**
 * The home directory of one region at one site, for the pages homed there: who owns and who shares each page.
 *
 * Six bytes a page for up to 32 endpoints. It never waits and never refuses: in S_D it queues the request. Given
 * {@link DirectoryMoves}, it hands pages over to the sites that write them most, and takes over those it is given.
 */
export class Directory {
  /** One DirState per slot. */
  #state: Uint8Array;
  /** In M the owner; in S_D the site whose write-back is awaited; else nobody. */
  #owner: Int8Array | Int16Array;
  /** Empty in U and M. */
  readonly #sharers: SharerSets;
  /** Empty but in S_D. */
  readonly #queues = new RequestQueues();
  readonly #endpoints: number;
  readonly #slotOf: (page: number) => number;
  readonly #effects: DirectoryEffects;
  readonly #table: TransitionTable;
  readonly #moves: DirectoryMoves | undefined;

  /**
   * `slotOf` maps a page homed here to 0..slots-1, and one that moved here to what `moves.enter` said. `table` is for the
   * model checker's mutants.
   */
  constructor(
    slots: number,
    endpoints: number,
    slotOf: (page: number) => number,
    effects: DirectoryEffects,
    table: TransitionTable = directoryTable,
    moves?: DirectoryMoves,
  ) {
    this.#state = new Uint8Array(slots);
    this.#owner = signedFor(endpoints, slots).fill(NOBODY);
    this.#sharers = new SharerSets(slots, endpoints);
    this.#endpoints = endpoints;
    this.#slotOf = slotOf;
    this.#effects = effects;
    this.#table = table;
    this.#moves = moves;
  }

  /**
   * Take a message from the cache of `from`, perhaps passed on by a former home; or the HomeMove of a page that `from`
   * shares and that has moved `moves` times.
   */
  receive(kind: Kind, page: number, from: number, moves = 0): void {
    const slot = kind === Kind.HomeMove ? this.#enter(page, moves) : this.#slotOf(page);
    const state = this.#state[slot];
    if (state === undefined) {
      throw new ProtocolError(`${kindNames[kind]} for page ${page} from ${from}: the page is not homed here`);
    }
    const event = this.#refine(kind, slot, from);
    const pair = state * this.#table.events + event;
    const next = this.#table.next[pair];
    if (next === NO_ROW) {
      throw new ProtocolError(
        `${kindNames[kind]} (${dirEventNames[event]}) for page ${page} from ${from}: not expected in ${dirStateNames[state]}`,
      );
    }
    this.#state[slot] = next;
    const end = this.#table.first[pair + 1];
    for (let at = this.#table.first[pair]; at < end; at++) {
      this.#perform(this.#table.actions[at] as DirAction, kind, page, slot, from);
    }
  }

  stateOf(page: number): DirState {
    return this.#state[this.#slotOf(page)] as DirState;
  }

  /** The owner in M, the site that owes a write-back in S_D, else -1. */
  ownerOf(page: number): number {
    return this.#owner[this.#slotOf(page)];
  }

  isSharer(page: number, endpoint: number): boolean {
    return this.#sharers.has(this.#slotOf(page), endpoint);
  }

  /** Requests queued in S_D, oldest first, as `site * 16 + kind`. */
  queueOf(page: number): readonly number[] {
    return this.#queues.of(this.#slotOf(page));
  }

  /** Append everything that decides the future to `out`. For the model checker. */
  capture(out: number[]): void {
    for (let slot = 0; slot < this.#state.length; slot++) {
      out.push(this.#state[slot], this.#owner[slot] + 1);
      out.push(this.#sharers.countOthers(slot, NOBODY));
      for (let s = this.#sharers.nextFrom(slot, 0); s >= 0; s = this.#sharers.nextFrom(slot, s + 1)) out.push(s);
      const queue = this.#queues.of(slot);
      out.push(queue.length, ...queue);
    }
  }

  /** Become what capture() wrote from `words[at]` on; returns where the following words begin. */
  restore(words: ArrayLike<number>, at: number): number {
    this.#queues.clear();
    let next = at;
    for (let slot = 0; slot < this.#state.length; slot++) {
      this.#state[slot] = words[next++];
      this.#owner[slot] = words[next++] - 1;
      this.#sharers.clear(slot);
      for (let count = words[next++]; count > 0; count--) this.#sharers.add(slot, words[next++]);
      for (let count = words[next++]; count > 0; count--) {
        const request = words[next++];
        this.#queues.push(slot, (request & 15) as Kind, request >> 4);
      }
    }
    return next;
  }

  /** A directory in the same state that speaks to other effects. */
  clone(effects: DirectoryEffects): Directory {
    const copy = new Directory(this.#state.length, this.#endpoints, this.#slotOf, effects, this.#table, this.#moves);
    const words: number[] = [];
    this.capture(words);
    copy.restore(words, 0);
    return copy;
  }

  /** Equal strings = equal futures. */
  fingerprint(): string {
    const words: number[] = [];
    this.capture(words);
    return String.fromCharCode(...words);
  }

  #refine(kind: Kind, slot: number, from: number): DirEvent {
    const isOwner = this.#owner[slot] === from;
    switch (kind) {
      case Kind.GetS:
        return isOwner ? DirEvent.Impossible : DirEvent.GetS;
      case Kind.GetM:
        return isOwner ? DirEvent.Impossible : DirEvent.GetM;
      case Kind.Upg:
        if (isOwner) return DirEvent.Impossible;
        return this.#sharers.has(slot, from) ? DirEvent.UpgSharer : DirEvent.GetM;
      case Kind.PutS:
        if (!this.#sharers.has(slot, from)) return DirEvent.PutS;
        return this.#sharers.countOthers(slot, from) === 0 ? DirEvent.PutSLast : DirEvent.PutS;
      case Kind.PutM:
        return isOwner ? DirEvent.PutMOwner : DirEvent.PutMOther;
      case Kind.WB:
        if (!isOwner) return DirEvent.Impossible;
        if (this.#sharers.nextFrom(slot, 0) < 0) return DirEvent.WBUnshared;
        return this.#shouldMove(slot, from) ? DirEvent.WBMoves : DirEvent.WB;
      case Kind.HomeMove:
        return DirEvent.HomeMove;
      default:
        return DirEvent.Impossible;
    }
  }

  #perform(action: DirAction, kind: Kind, page: number, slot: number, from: number): void {
    const effects = this.#effects;
    switch (action) {
      case DirAction.sendData:
        return effects.toSite(Kind.Data, from, page, from, 0);
      case DirAction.sendDataAcks:
        return effects.toSite(Kind.Data, from, page, from, this.#sharers.countOthers(slot, from));
      case DirAction.sendUpgAck:
        return effects.toSite(Kind.UpgAck, from, page, from, this.#sharers.countOthers(slot, from));
      case DirAction.sendInvs:
        return this.#invalidate(page, slot, from);
      case DirAction.sendFwdGetS:
        return effects.toSite(Kind.FwdGetS, this.#owner[slot], page, from, 0);
      case DirAction.sendFwdGetM:
        return effects.toSite(Kind.FwdGetM, this.#owner[slot], page, from, 0);
      case DirAction.sendPutAck:
        return effects.toSite(Kind.PutAck, from, page, from, 0);
      case DirAction.addSharer:
        return this.#sharers.add(slot, from);
      case DirAction.addOwnerAsSharer:
        return this.#sharers.add(slot, this.#owner[slot]);
      case DirAction.removeSharer:
        return this.#sharers.remove(slot, from);
      case DirAction.clearSharers:
        return this.#sharers.clear(slot);
      case DirAction.setOwner:
        this.#owner[slot] = from;
        return this.#moves?.granted(slot, from);
      case DirAction.clearOwner:
        this.#owner[slot] = NOBODY;
        return;
      case DirAction.store:
        return effects.store(page);
      case DirAction.enqueue:
        return this.#queues.push(slot, kind, from);
      case DirAction.drain:
        return this.#drain(page, slot);
      case DirAction.sendHomeMove:
        return this.#sendHomeMove(page, slot);
      case DirAction.passOn:
        return effects.passOn?.(kind, page, from);
      case DirAction.passOnQueue:
        return this.#passOnQueue(page, slot);
      case DirAction.takeOver:
        this.#sharers.add(slot, this.#moves?.self ?? from);
        return this.#sharers.add(slot, from);
      default:
        return action satisfies never;
    }
  }

  #shouldMove(slot: number, owner: number): boolean {
    return this.#moves !== undefined && this.#sharers.has(slot, owner) && this.#moves.isDue(slot, owner);
  }

  /** In S_D, on the write-back, the owner and the reader it was asked for are all who can share. */
  #sendHomeMove(page: number, slot: number): void {
    const owner = this.#owner[slot];
    const moves = this.#moves?.leave(page, slot, owner) ?? 0;
    let reader = this.#sharers.nextFrom(slot, 0);
    if (reader === owner) reader = this.#sharers.nextFrom(slot, owner + 1);
    this.#effects.toSite(Kind.HomeMove, owner, page, reader < 0 ? owner : reader, moves);
  }

  #enter(page: number, moves: number): number {
    const slot = this.#moves?.enter(page, moves) ?? NOBODY;
    if (slot >= this.#state.length) this.#grow(Math.max(slot + 1, this.#state.length * 2));
    return slot;
  }

  #grow(slots: number): void {
    const state = new Uint8Array(slots);
    state.set(this.#state);
    this.#state = state;
    const owner = signedFor(this.#endpoints, slots).fill(NOBODY);
    owner.set(this.#owner);
    this.#owner = owner;
    this.#sharers.grow(slots);
  }

  #passOnQueue(page: number, slot: number): void {
    for (let request = this.#queues.shift(slot); request >= 0; request = this.#queues.shift(slot)) {
      this.#effects.passOn?.((request & 15) as Kind, page, request >> 4);
    }
  }

  #invalidate(page: number, slot: number, requester: number): void {
    for (let s = this.#sharers.nextFrom(slot, 0); s >= 0; s = this.#sharers.nextFrom(slot, s + 1)) {
      if (s !== requester) this.#effects.toSite(Kind.Inv, s, page, requester, 0);
    }
  }

  /** Serve queued requests in order until one of them starts the next downgrade. */
  #drain(page: number, slot: number): void {
    while (this.#state[slot] !== DirState.S_D) {
      const request = this.#queues.shift(slot);
      if (request < 0) return;
      this.receive((request & 15) as Kind, page, request >> 4);
    }
  }
}
