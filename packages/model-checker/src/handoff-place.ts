import { type CopyPhase, type HandoffSite, SiteMailbox } from "@isles/migration/internal";
import { type OfferedImage, PROCESS, type ProcessState } from "./handoff-messages.ts";
import { Violation } from "./violation.ts";

const phases: readonly CopyPhase[] = ["running", "frozen", "prepared"];
/** A message acknowledges at once: fewer states, and the most that can go wrong with it. */
const AT_ONCE = { messages: 1, bytes: 1 };

/** A copy of the process as a site's runtime has it: made and discarded by the core's effects. */
export interface Resident {
  readonly epoch: number;
  readonly mailbox: SiteMailbox<number>;
  consumed: number;
  /** Its code may run. */
  isRunnable: boolean;
  /** It has been the process. */
  hasRun: boolean;
  /** No other copy has run since this one was made or last ran. */
  isFresh: boolean;
}

/** A site: the shipped participant, and the runtime around it. */
export class Place {
  readonly site: HandoffSite<ProcessState, OfferedImage>;
  readonly #makeMailbox: (image: ProcessState, ackAfter: typeof AT_ONCE) => SiteMailbox<number>;
  resident: Resident | null = null;
  isDown = false;
  /** The home knows. */
  isKnownDown = false;

  constructor(site: HandoffSite<ProcessState, OfferedImage>, Mailbox: typeof SiteMailbox = SiteMailbox) {
    this.site = site;
    this.#makeMailbox = (image, ackAfter) => new Mailbox(image, ackAfter);
  }

  get copy() {
    return this.site.copies.get(PROCESS);
  }

  settleIn(epoch: number, state: ProcessState, isFresh: boolean): void {
    if (this.resident !== null)
      throw new Violation("garbage", `copy ${epoch} is made over copy ${this.resident.epoch}`);
    const mailbox = this.#makeMailbox(state, AT_ONCE);
    this.resident = { epoch, mailbox, consumed: state.consumed, isRunnable: false, hasRun: false, isFresh };
  }

  /** The process takes what it has got. */
  consume(): void {
    const resident = this.resident as Resident;
    for (let message = resident.mailbox.take(); message !== undefined; message = resident.mailbox.take()) {
      if (message !== resident.consumed + 1) {
        throw new Violation("messages", `the process gets message ${message} after message ${resident.consumed}`);
      }
      resident.consumed = message;
    }
  }

  stateOfResident(): ProcessState {
    const { mailbox, consumed } = this.resident as Resident;
    return { ...mailbox.image(), consumed };
  }

  crash(): void {
    this.isDown = true;
    this.site.copies.clear();
    this.resident = null;
  }

  /** The invariants of one site in every state. */
  check(site: number): void {
    const { copy, resident } = this;
    if (copy?.epoch !== resident?.epoch) throw new Violation("garbage", `site ${site} is wrong about what is there`);
    if (copy === undefined || resident === null || copy.phase === "running") return;
    if (copy.isStepping || resident.isRunnable) {
      throw new Violation("runs while suspended", `copy ${copy.epoch} at site ${site} is ${copy.phase}, and runs`);
    }
  }

  capture(out: number[]): void {
    const { copy, resident } = this;
    out.push((this.isDown ? 1 : 0) + (this.isKnownDown ? 2 : 0) + (copy === undefined ? 0 : 4) + (resident ? 8 : 0));
    if (copy !== undefined) {
      out.push(copy.epoch, phases.indexOf(copy.phase) * 2 + (copy.isStepping ? 1 : 0));
      out.push(copy.move === undefined ? 0 : copy.move.next, copy.move === undefined ? 0 : copy.move.to);
    }
    if (resident === null) return;
    out.push(resident.epoch, resident.consumed, resident.mailbox.waiting.length, ...resident.mailbox.waiting);
    out.push((resident.isRunnable ? 1 : 0) + (resident.hasRun ? 2 : 0) + (resident.isFresh ? 4 : 0));
    resident.mailbox.capture(out);
  }

  restore(words: ArrayLike<number>, at: number): number {
    let next = at;
    const flags = words[next++];
    this.isDown = (flags & 1) !== 0;
    this.isKnownDown = (flags & 2) !== 0;
    this.site.copies.clear();
    if ((flags & 4) !== 0) {
      const move = words[next + 2] === 0 ? undefined : { next: words[next + 2], to: words[next + 3] };
      const phase = phases[words[next + 1] >> 1];
      this.site.copies.set(PROCESS, { epoch: words[next], phase, isStepping: (words[next + 1] & 1) === 1, move });
      next += 4;
    }
    this.resident = null;
    return (flags & 8) === 0 ? next : this.#restoreResident(words, next);
  }

  #restoreResident(words: ArrayLike<number>, at: number): number {
    let next = at + 3;
    const waiting: number[] = [];
    for (let i = 0; i < words[at + 2]; i++) waiting.push(words[next++]);
    const mailbox = this.#makeMailbox({ received: 0, consumed: 0, waiting }, AT_ONCE);
    const flags = words[next++];
    this.resident = {
      epoch: words[at],
      consumed: words[at + 1],
      mailbox,
      isRunnable: (flags & 1) !== 0,
      hasRun: (flags & 2) !== 0,
      isFresh: (flags & 4) !== 0,
    };
    return mailbox.restore(words, next);
  }
}
