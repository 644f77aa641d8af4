import type { ToHome, ToSite } from "./messages.ts";

/** What the home's side of a hand-off asks of what is around it. All are called synchronously, in the order of the protocol. */
export interface HomeEffects<S, C> {
  send(site: number, message: ToSite<S>): void;
  isUp(site: number): boolean;
  /** A site to start it on again after a loss, or -1 if there is none. */
  choose(): number;
  /** What starts the process again from a checkpoint. */
  source(checkpoint: C): S;
  /** Copy `epoch` runs at `site` from now on and has got `received` messages: send it those that came after. */
  runs(site: number, epoch: number, received: number): void;
  /** A move that was asked for has been made, or (with `why`) has not: the process runs where it was, or has ended. */
  moved(why: string | undefined): void;
  /** It was lost with a site and starts again from its checkpoint. */
  restarted(lost: number, site: number): void;
  /** It has ended by itself. */
  ended(outcome: unknown): void;
  /** It could not be started. */
  failed(why: string): void;
  /** It was lost with site `site`, and there is nothing to start it again from. */
  lost(site: number): void;
}

/**
 * `starting` and `running`: the copy `epoch` at `site`. `reserving`: so too, and `to` was asked whether it can take it. `moving`:
 * that copy was told to suspend and offer itself, or has. `settling`: its site was lost meanwhile; `to` knows whether the offer came.
 */
export type HomePhase = "starting" | "running" | "reserving" | "moving" | "settling" | "over";

/** A checkpoint, and how many messages the process had received by then. */
export interface Checkpointed<C> {
  readonly bytes: C;
  readonly received: number;
}

/**
 * The home of one process: it alone decides which copy is the process. Two-phase commit with the sites as participants: a
 * copy runs only when the home has said so (`start`, `commit`), and the home says so of a new one only when the one before is
 * suspended (it was offered) or gone with its site. The decision is made in one step here, on `prepared`; a copy of whose epoch
 * the home does not want to know any more is told to go whenever it shows up. So at most one copy is runnable at any time
 * whatever is lost, and one is, once messages have arrived, as long as a site that has it is up. Model-checked as it is.
 */
export class HandoffHome<S = unknown, C = unknown> {
  phase: HomePhase = "starting";
  /** Where the process is, and which copy it is. */
  site: number;
  epoch = 1;
  /** Of the move under way; -1 if there is none. */
  to = -1;
  next = -1;
  checkpoint: Checkpointed<C> | undefined;
  /** It is not to be started again after a loss. */
  isDoomed = false;
  #last = 1;
  /** Messages that the copy had got by its start, while that is under way: the checkpoint may be another by the time it runs. */
  #startedWith = 0;
  readonly #p: number;
  readonly #effects: HomeEffects<S, C>;

  constructor(p: number, site: number, effects: HomeEffects<S, C>) {
    this.#p = p;
    this.site = site;
    this.#effects = effects;
  }

  /** Starts the process. With `checkpoint` set before: from that one, of an earlier run. */
  start(source: S): void {
    this.#startedWith = this.checkpoint?.received ?? 0;
    this.#effects.send(this.site, { k: "start", p: this.#p, e: this.epoch, source });
  }

  /** Begins a move. Only while it runs: returns whether it does. The effect `moved` says how that ended. */
  move(to: number): boolean {
    if (this.phase !== "running" || to === this.site || !this.#effects.isUp(to)) return false;
    this.phase = "reserving";
    this.to = to;
    this.next = ++this.#last;
    this.#effects.send(to, { k: "reserve", p: this.#p, e: this.next });
    return true;
  }

  /** The move under way has taken too long: it is off, unless only the site that it goes to can tell whether it was made. */
  giveUp(why: string): void {
    if (this.phase === "reserving" || this.phase === "moving") this.#stay(why);
  }

  /**
   * Copy `epoch`, when it had got `received` messages, was as `bytes` show. Returns whether that is the checkpoint now: not if
   * another copy is the process by now. For that one may have run from an earlier state, or got messages that are forgotten.
   */
  checkpointed(epoch: number, bytes: C, received: number): boolean {
    if (this.phase === "over" || epoch !== this.epoch) return false;
    this.checkpoint = { bytes, received };
    return true;
  }

  receive(from: number, message: ToHome): void {
    switch (message.k) {
      case "started":
        if (this.phase === "starting" && message.e === this.epoch) this.#run(this.#startedWith);
        return;
      case "ready":
        if (this.phase !== "reserving" || message.e !== this.next) return;
        this.phase = "moving";
        this.#effects.send(this.site, { k: "move", p: this.#p, e: this.epoch, next: this.next, to: this.to });
        return;
      case "refused":
        return this.#refused(message.e, message.why);
      case "stuck":
        if (this.phase === "moving" && message.next === this.next) this.#stay(message.why);
        return;
      case "prepared":
        return this.#prepared(from, message.e, message.received);
      case "absent":
        if (this.phase === "settling" && message.e === this.next) this.#lose();
        return;
      case "ended":
        return this.#ended(from, message.e, message.outcome);
      default:
        return message satisfies never;
    }
  }

  siteDown(site: number): void {
    const isHere = site === this.site;
    if (this.phase === "settling") {
      if (site === this.to) this.#lose();
    } else if (this.phase === "moving" && isHere) {
      this.phase = "settling";
      this.#effects.send(this.to, { k: "settle", p: this.#p, e: this.next, from: site });
    } else if (this.phase === "moving" || this.phase === "reserving") {
      if (site === this.to) this.#stay(`site ${site} went down`);
      else if (isHere) this.#lose();
    } else if (this.phase !== "over" && isHere) {
      this.#lose();
    }
  }

  #refused(epoch: number, why: string): void {
    if (this.phase === "starting" && epoch === this.epoch) {
      this.phase = "over";
      this.#effects.failed(why);
    } else if ((this.phase === "reserving" || this.phase === "moving") && epoch === this.next) {
      this.#stay(why);
    } else if (this.phase === "settling" && epoch === this.next) {
      this.#lose();
    }
  }

  #prepared(from: number, epoch: number, received: number): void {
    if ((this.phase !== "moving" && this.phase !== "settling") || epoch !== this.next) {
      // An offer that was late: the move was off, or the process has been started again without it. To the one that runs it is said twice.
      if (epoch !== this.epoch) this.#effects.send(from, { k: "drop", p: this.#p, e: epoch });
      return;
    }
    const old = { site: this.site, epoch: this.epoch, isLost: this.phase === "settling" };
    this.site = this.to;
    this.epoch = this.next;
    this.#effects.send(this.site, { k: "commit", p: this.#p, e: this.epoch });
    if (!old.isLost) this.#effects.send(old.site, { k: "drop", p: this.#p, e: old.epoch });
    this.#run(received);
    this.#effects.moved(undefined);
  }

  #ended(from: number, epoch: number, outcome: unknown): void {
    if (this.phase === "over" || epoch !== this.epoch || from !== this.site) return;
    // In `settling`, too: it ended before it could be suspended, and its site was lost after that. No offer was made.
    const wasMoving = this.next >= 0;
    this.#forgetMove();
    this.phase = "over";
    if (wasMoving) this.#effects.moved("the process ended before it could move");
    this.#effects.ended(outcome);
  }

  #run(received: number): void {
    this.phase = "running";
    this.to = -1;
    this.next = -1;
    this.#effects.runs(this.site, this.epoch, received);
  }

  /** The move is off; the copy at `site` is the process as before. */
  #stay(why: string): void {
    if (this.phase === "moving") {
      this.#effects.send(this.site, { k: "resume", p: this.#p, e: this.epoch, next: this.next });
    }
    this.#forgetMove();
    this.phase = "running";
    this.#effects.moved(why);
  }

  #forgetMove(): void {
    if (this.to >= 0 && this.#effects.isUp(this.to)) {
      this.#effects.send(this.to, { k: "drop", p: this.#p, e: this.next });
    }
    this.to = -1;
    this.next = -1;
  }

  /** No copy is left that could run. */
  #lose(): void {
    const lost = this.site;
    const wasMoving = this.next >= 0;
    this.#forgetMove();
    const site = this.checkpoint === undefined || this.isDoomed ? -1 : this.#effects.choose();
    if (site < 0) this.phase = "over";
    else {
      this.phase = "starting";
      this.site = site;
      this.epoch = ++this.#last;
      const { bytes, received } = this.checkpoint!;
      this.#startedWith = received;
      const source = this.#effects.source(bytes);
      this.#effects.send(site, { k: "start", p: this.#p, e: this.epoch, source });
    }
    if (wasMoving) this.#effects.moved(`site ${lost} went down`);
    if (site < 0) this.#effects.lost(lost);
    else this.#effects.restarted(lost, site);
  }

  /** Appends all that decides the future, but a checkpoint's bytes. For the model checker. */
  capture(out: number[]): void {
    out.push(
      phases.indexOf(this.phase),
      this.site,
      this.epoch,
      this.to + 1,
      this.next + 1,
      this.#last,
      this.#startedWith,
    );
    out.push(this.isDoomed ? 1 : 0, this.checkpoint === undefined ? 0 : this.checkpoint.received + 1);
  }

  /** Becomes what capture() wrote from `words[at]` on; returns where the following words begin. */
  restore(words: ArrayLike<number>, at: number, bytesOf: (received: number) => C): number {
    this.phase = phases[words[at]];
    this.site = words[at + 1];
    this.epoch = words[at + 2];
    this.to = words[at + 3] - 1;
    this.next = words[at + 4] - 1;
    this.#last = words[at + 5];
    this.#startedWith = words[at + 6];
    this.isDoomed = words[at + 7] === 1;
    const received = words[at + 8] - 1;
    this.checkpoint = received < 0 ? undefined : { bytes: bytesOf(received), received };
    return at + 9;
  }
}

const phases: readonly HomePhase[] = ["starting", "running", "reserving", "moving", "settling", "over"];
