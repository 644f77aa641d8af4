import {
  HandoffHome,
  HandoffSite,
  type HomeEffects,
  HomeMailbox,
  type SiteEffects,
  type SiteMailbox,
} from "@isles/migration/internal";
import { HandoffChannels } from "./handoff-channels.ts";
import {
  type AnyMessage,
  type OfferedImage,
  PROCESS,
  type ProcessState,
  packMessage,
  packState,
  settledFrom,
  unpackMessage,
  unpackState,
} from "./handoff-messages.ts";
import { Place, type Resident } from "./handoff-place.ts";
import { Violation } from "./violation.ts";

/** What a seeded fault changes: a class in place of the shipped one, or what becomes of a message; null loses it. */
export interface HandoffMutation {
  readonly Home?: typeof HandoffHome;
  readonly Site?: typeof HandoffSite;
  readonly HomeMailbox?: typeof HomeMailbox;
  readonly SiteMailbox?: typeof SiteMailbox;
  readonly onSend?: (message: AnyMessage, from: number, to: number) => AnyMessage | null;
  /** Checkpoints are taken as they come, whichever copy they are of. */
  readonly takesAnyCheckpoint?: boolean;
  /** So are messages at a site. */
  readonly takesAnyMail?: boolean;
  /** A frozen copy acknowledges, too. */
  readonly acksWhileFrozen?: boolean;
  /** A checkpoint may be taken of a frozen copy, too. */
  readonly checkpointsWhileFrozen?: boolean;
}

const newborn: ProcessState = { received: 0, consumed: 0, waiting: [] };

/** The shipped home, participants and mailboxes of one process, wired by FIFO channels. One object is every state. */
export class HandoffSystem {
  readonly channels: HandoffChannels;
  readonly places: readonly Place[];
  readonly home: HandoffHome<ProcessState, ProcessState>;
  readonly mailbox: HomeMailbox<number>;
  /** Whether the next image, taking or making of a copy fails. */
  isFailing = false;
  /** A move was asked for and has not been answered. */
  isMovePending = false;
  /** The handle has been told how the process came to its end. */
  isOver = false;
  /** The endpoint of the home. */
  readonly #launcher: number;
  readonly #mutation: HandoffMutation;
  /** A site takes `settle` after all that the lost site sent it, as `messages.ts` wants it: then no image that arrived is given up. */
  readonly settlesLast: boolean;

  /** `isRestored`: the process comes from a checkpoint of an earlier run, and may be started from that again. */
  constructor(sites: number, settlesLast: boolean, isRestored: boolean, mutation: HandoffMutation = {}) {
    this.#launcher = sites;
    this.settlesLast = settlesLast;
    this.#mutation = mutation;
    this.channels = new HandoffChannels(sites + 1);
    const Site = mutation.Site ?? HandoffSite;
    this.places = Array.from({ length: sites }, (_, at) => {
      return new Place(new Site<ProcessState, OfferedImage>(this.#siteEffects(at)), mutation.SiteMailbox);
    });
    const Home = mutation.Home ?? HandoffHome;
    this.home = new Home<ProcessState, ProcessState>(PROCESS, 0, this.#homeEffects());
    const Mailbox = mutation.HomeMailbox ?? HomeMailbox;
    this.mailbox = new Mailbox<number>(PROCESS, (site, mail) => this.#send(this.#launcher, site, mail));
    if (isRestored) {
      this.home.checkpoint = { bytes: newborn, received: 0 };
      this.mailbox.checkpointed(0);
    }
    this.home.start(newborn);
  }

  /** Is the oldest message of a channel to be taken now? */
  isDue(channel: number): boolean {
    const [oldest] = this.channels.queues[channel];
    if (oldest === undefined) return false;
    const lost = this.settlesLast ? settledFrom(oldest) : -1;
    if (lost < 0) return true;
    const { endpoints, queues } = this.channels;
    return queues[lost * endpoints + (channel % endpoints)].length === 0;
  }

  /** Delivers the oldest message of a channel. */
  deliver(channel: number): void {
    const from = Math.floor(channel / this.channels.endpoints);
    const to = channel % this.channels.endpoints;
    const message = unpackMessage(this.channels.queues[channel].shift() as number[]);
    if (to === this.#launcher) this.#deliverHome(from, message);
    else this.#deliverSite(from, to, message);
  }

  move(to: number): boolean {
    if (!this.home.move(to)) return false;
    this.isMovePending = true;
    return true;
  }

  crash(site: number): void {
    this.places[site].crash();
    this.channels.clearTo(site);
  }

  learn(site: number): void {
    this.places[site].isKnownDown = true;
    this.home.siteDown(site);
  }

  begin(site: number): void {
    this.places[site].site.stepping(PROCESS);
    this.places[site].consume();
  }

  end(site: number): void {
    this.places[site].resident = null;
    this.places[site].site.ended(PROCESS, undefined);
  }

  canCheckpoint(site: number): boolean {
    const { copy } = this.places[site];
    if (copy === undefined || copy.isStepping) return false;
    return copy.phase === "running" || (this.#mutation.checkpointsWhileFrozen === true && copy.phase === "frozen");
  }

  takeCheckpoint(site: number): void {
    const place = this.places[site];
    const e = place.resident?.epoch as number;
    this.#send(site, this.#launcher, { k: "checkpoint", p: PROCESS, e, state: place.stateOfResident() });
  }

  #deliverHome(from: number, message: AnyMessage): void {
    switch (message.k) {
      case "ack":
        return this.mailbox.acked(message.e, message.received);
      case "checkpoint":
        if (this.home.checkpointed(message.e, message.state, message.state.received)) {
          this.mailbox.checkpointed(message.state.received);
        } else if (this.#mutation.takesAnyCheckpoint === true && this.home.phase !== "over") {
          this.home.checkpoint = { bytes: message.state, received: message.state.received };
          this.mailbox.checkpointed(message.state.received);
        }
        return;
      case "ended": {
        const isIt = this.home.phase !== "over" && message.e === this.home.epoch;
        this.home.receive(from, message);
        if (isIt && !this.isOver) throw new Violation("outcome", "the result of the process is lost");
        return;
      }
      default:
        return this.home.receive(from, message as Parameters<typeof this.home.receive>[1]);
    }
  }

  #deliverSite(from: number, at: number, message: AnyMessage): void {
    const place = this.places[at];
    if (message.k === "offer") return place.site.offered(from, message);
    if (message.k !== "mail") return place.site.receive(message as Parameters<typeof place.site.receive>[0]);
    const { resident, copy } = place;
    const isTaken = place.site.accepts(PROCESS, message.e) || this.#mutation.takesAnyMail === true;
    if (!isTaken || resident === null || copy === undefined) return;
    if (!resident.mailbox.receive(message)) throw new Violation("messages", `message ${message.seq} comes twice`);
    if (copy.phase === "running" || this.#mutation.acksWhileFrozen === true) this.#ack(at, resident);
  }

  #ack(at: number, { epoch, mailbox }: Resident): void {
    const received = mailbox.due();
    if (received >= 0) this.#send(at, this.#launcher, { k: "ack", p: PROCESS, e: epoch, received });
  }

  #send(from: number, to: number, message: AnyMessage): void {
    const sent = this.#mutation.onSend === undefined ? message : this.#mutation.onSend(message, from, to);
    if (sent === null || (to !== this.#launcher && this.places[to].isDown)) return;
    this.channels.send(from, to, packMessage(sent));
  }

  #over(): void {
    if (this.isOver) throw new Violation("outcome", "the process comes to its end twice");
    this.isOver = true;
    this.mailbox.hold();
  }

  /** The home has decided that the process has moved, or that it stays: no other copy or image may ever run. */
  #decided(): void {
    for (const { resident } of this.places) {
      if (resident !== null && resident.epoch !== this.home.epoch) resident.isFresh = false;
    }
    this.channels.makeStale();
  }

  #lost(site: number): void {
    if (!this.places[site].isDown) throw new Violation("lost", `site ${site}, which is up, is said to have lost it`);
    for (const [at, { resident }] of this.places.entries()) {
      // An image that a site has got counts only if the home could have known of it.
      if (resident?.isFresh === true && (resident.hasRun || this.settlesLast)) {
        throw new Violation("lost", `site ${at} has it, and it is given up`);
      }
    }
    this.mailbox.hold();
  }

  #homeEffects(): HomeEffects<ProcessState, ProcessState> {
    return {
      send: (site, message) => this.#send(this.#launcher, site, message),
      isUp: (site) => !this.places[site].isKnownDown,
      choose: () => this.places.findIndex((place) => !place.isKnownDown),
      source: (checkpoint) => checkpoint,
      runs: (site, epoch, received) => this.mailbox.runs(site, epoch, received),
      moved: (why) => {
        if (!this.isMovePending) throw new Violation("moved", "a move is answered that nobody asked for");
        this.isMovePending = false;
        if (why === undefined || this.home.phase === "running") this.#decided();
      },
      restarted: (lost) => this.#lost(lost),
      ended: () => this.#over(),
      failed: () => this.#over(),
      lost: (site) => {
        this.#lost(site);
        this.#over();
      },
    };
  }

  #siteEffects(at: number): SiteEffects<ProcessState, OfferedImage> {
    const place = (): Place => this.places[at];
    const resident = (): Resident => {
      const { resident } = this.places[at];
      if (resident === null) throw new Violation("garbage", `site ${at} has no process to do that to`);
      return resident;
    };
    const fails = (): boolean => {
      const does = this.isFailing;
      this.isFailing = false;
      return does;
    };
    return {
      home: (message) => this.#send(at, this.#launcher, message),
      offer: (to, offer) => this.#send(at, to, offer),
      make: (_p, epoch, source) => {
        if (fails()) return "it cannot be made";
        place().settleIn(epoch, source, true);
        return undefined;
      },
      take: (_p, epoch, image) => {
        if (fails()) return { why: "it cannot be taken" };
        place().settleIn(epoch, image.state, image.isFresh);
        return { received: resident().mailbox.received };
      },
      image: () => {
        if (fails()) return { why: "it cannot be moved" };
        const isFresh = place().copy?.move?.next === this.home.next; // or given up by now
        return { image: { state: place().stateOfResident(), isFresh } };
      },
      run: () => this.#run(at, resident()),
      freeze: () => {
        resident().isRunnable = false;
      },
      halt: () => {
        resident().isRunnable = false;
      },
      discard: (_p, isGone) => this.#discard(at, resident(), isGone),
    };
  }

  #run(at: number, resident: Resident): void {
    if (!resident.isFresh) throw new Violation("stale", `copy ${resident.epoch} runs at site ${at}: another ran since`);
    for (const [other, place] of this.places.entries()) {
      if (other !== at && place.resident !== null) place.resident.isFresh = false;
    }
    this.channels.makeStale();
    resident.isRunnable = true;
    resident.hasRun = true;
    this.#ack(at, resident);
  }

  #discard(at: number, resident: Resident, isGone: boolean): void {
    const was = `copy ${resident.epoch} at site ${at}`;
    if (resident.hasRun !== isGone) throw new Violation("held", `${was} is discarded as if it had been another`);
    if (isGone && this.home.epoch <= resident.epoch) throw new Violation("held", `${was} has no successor`);
    if (this.places[at].copy?.isStepping === true) throw new Violation("held", `${was} is discarded in a step`);
    this.places[at].resident = null;
  }

  capture(out: number[]): void {
    out.push((this.isMovePending ? 1 : 0) + (this.isOver ? 2 : 0));
    const { checkpoint } = this.home;
    if (checkpoint !== undefined) packState(checkpoint.bytes, out);
    else packState(newborn, out);
    this.home.capture(out);
    this.mailbox.capture(out);
    for (const place of this.places) place.capture(out);
    this.channels.capture(out);
  }

  restore(words: ArrayLike<number>, at: number): number {
    this.isMovePending = (words[at] & 1) !== 0;
    this.isOver = (words[at] & 2) !== 0;
    this.isFailing = false;
    const { state, end } = unpackState(words, at + 1);
    let next = this.home.restore(words, end, () => state);
    next = this.mailbox.restore(words, next, (seq) => ({ message: seq, bytes: 1 }));
    for (const place of this.places) next = place.restore(words, next);
    return this.channels.restore(words, next);
  }
}
