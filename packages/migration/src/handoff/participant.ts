import type { Offer, ToHome, ToSite } from "./messages.ts";

/** What a site's side of a hand-off asks of what is around it. All are called synchronously. */
export interface SiteEffects<S, I> {
  home(message: ToHome): void;
  offer(to: number, offer: Offer<I>): void;
  /** Makes the process from its definition or a checkpoint, suspended; returns why that cannot be, if it cannot. */
  make(p: number, epoch: number, source: S): string | undefined;
  /** Takes the process that an image shows, suspended. So too. */
  take(p: number, epoch: number, image: I, from: number): { readonly received: number } | { readonly why: string };
  /** The image of the suspended process; it stays as it is. */
  image(p: number, to: number): { readonly image: I } | { readonly why: string };
  /** It may run from now on. */
  run(p: number): void;
  /** It must not run from now on. */
  freeze(p: number): void;
  /** It must stop at its next yield, and `suspended` be called there. Undone by `run`. */
  halt(p: number): void;
  /**
   * Forgets it without running its code. `isGone`: it was the process, and another copy has what it held by now. Otherwise it
   * never was the process: it holds nothing, so nothing is released.
   */
  discard(p: number, isGone: boolean): void;
}

/** `running` includes being about to; `frozen`: offered, and waiting to hear; `prepared`: taken, and waiting to hear. */
export type CopyPhase = "running" | "frozen" | "prepared";

/** A copy of a process at this site. */
export interface Copy {
  readonly epoch: number;
  phase: CopyPhase;
  /** It is in the middle of a step, so it can be suspended only at the yield that ends it. */
  isStepping: boolean;
  /** The move that it was told of. */
  move: { readonly next: number; readonly to: number } | undefined;
}

/** A site's side of every hand-off: the copies of processes that are here. See {@link HandoffHome} for why this is enough. */
export class HandoffSite<S = unknown, I = unknown> {
  readonly copies = new Map<number, Copy>();
  readonly #effects: SiteEffects<S, I>;

  constructor(effects: SiteEffects<S, I>) {
    this.#effects = effects;
  }

  receive(message: ToSite<S>): void {
    const { p, e } = message;
    const copy = this.copies.get(p);
    switch (message.k) {
      case "start":
        return this.#start(p, e, message.source);
      case "reserve":
        return this.#effects.home({ k: "ready", p, e });
      case "move":
        if (copy?.epoch !== e || copy.phase !== "running") return; // it has ended, and the home is about to hear of it
        copy.move = { next: message.next, to: message.to };
        if (copy.isStepping) this.#effects.halt(p);
        else this.#freeze(p, copy);
        return;
      case "commit":
        if (copy?.epoch !== e || copy.phase !== "prepared") return;
        copy.phase = "running";
        return this.#effects.run(p);
      case "resume":
        if (copy?.epoch !== e || copy.move?.next !== message.next) return;
        copy.move = undefined;
        copy.phase = "running";
        return this.#effects.run(p);
      case "drop":
        if (copy?.epoch === e) this.#discard(p, copy);
        return;
      case "settle":
        // What is prepared here has been reported, and that is on the way.
        if (copy?.epoch !== e) this.#effects.home({ k: "absent", p, e });
        return;
      default:
        return message satisfies never;
    }
  }

  /** Is a message for copy `e` one for a copy here? A frozen one takes messages, too: it may resume. */
  accepts(p: number, e: number): boolean {
    const copy = this.copies.get(p);
    return copy?.epoch === e && copy.phase !== "prepared";
  }

  /** An image from another site. */
  offered(from: number, { p, e, image }: Offer<I>): void {
    const copy = this.copies.get(p);
    if (copy !== undefined && copy.epoch >= e) return; // late: its move was given up, and the process came back since
    if (copy !== undefined) this.#discard(p, copy); // given up as well
    const taken = this.#effects.take(p, e, image, from);
    if ("why" in taken) return this.#effects.home({ k: "refused", p, e, why: taken.why });
    this.copies.set(p, { epoch: e, phase: "prepared", isStepping: false, move: undefined });
    this.#effects.home({ k: "prepared", p, e, received: taken.received });
  }

  /** A step begins. */
  stepping(p: number): void {
    this.copies.get(p)!.isStepping = true;
  }

  /** A step has ended in a yield. */
  suspended(p: number): void {
    const copy = this.copies.get(p);
    if (copy === undefined) return;
    copy.isStepping = false;
    if (copy.move !== undefined) this.#freeze(p, copy);
  }

  /** A step has ended the process. */
  ended(p: number, outcome: unknown): void {
    const copy = this.copies.get(p);
    if (copy === undefined) return;
    this.copies.delete(p);
    this.#effects.home({ k: "ended", p, e: copy.epoch, outcome });
  }

  #start(p: number, e: number, source: S): void {
    const old = this.copies.get(p);
    if (old !== undefined) this.#discard(p, old);
    const why = this.#effects.make(p, e, source);
    if (why !== undefined) return this.#effects.home({ k: "refused", p, e, why });
    this.copies.set(p, { epoch: e, phase: "running", isStepping: false, move: undefined });
    this.#effects.home({ k: "started", p, e });
    this.#effects.run(p);
  }

  #discard(p: number, copy: Copy): void {
    this.copies.delete(p);
    this.#effects.discard(p, copy.phase === "frozen");
  }

  #freeze(p: number, copy: Copy): void {
    const { next, to } = copy.move!;
    const made = this.#effects.image(p, to);
    if ("why" in made) {
      copy.move = undefined;
      this.#effects.home({ k: "stuck", p, e: copy.epoch, next, why: made.why });
      return this.#effects.run(p);
    }
    copy.phase = "frozen";
    this.#effects.freeze(p);
    this.#effects.offer(to, { k: "offer", p, e: next, image: made.image });
  }
}
