import { AssertionError } from "@isles/base";

/** A message to a process: from its home to the site of its copy `e`. `seq` counts from 1 over the life of the process. */
export interface Mail<M = unknown> {
  readonly k: "mail";
  readonly p: number;
  readonly e: number;
  readonly seq: number;
  readonly message: M;
  /** What it weighs, for the limits. */
  readonly bytes: number;
}

/** Copy `e` has got all messages up to `received`. Only ever said by a copy that may run: see {@link SiteMailbox.due}. */
export interface MailAck {
  readonly k: "ack";
  readonly p: number;
  readonly e: number;
  readonly received: number;
}

/** The most that a home keeps for one process. */
export interface MailLimits {
  readonly messages: number;
  readonly bytes: number;
}

/** Enough for bursts; a process that does not take its messages for longer than that has a sender that should hear of it. */
export const MAIL_LIMITS: MailLimits = { messages: 65_536, bytes: 64 * 1024 * 1024 };

/** A copy acknowledges after so many messages, or so many bytes. Far below {@link MAIL_LIMITS}, so that a sender is not held up. */
export const ACK_AFTER: MailLimits = { messages: 32, bytes: 1024 * 1024 };

/**
 * The messages to one process, at its home: numbered, sent to the site of the copy that is the process, and kept for as long as a
 * later copy may need them. A copy made by a move has got what its image says; a copy made from a checkpoint, what that says.
 */
export class HomeMailbox<M = unknown> {
  readonly #p: number;
  readonly #limits: MailLimits;
  readonly #send: (site: number, mail: Mail<M>) => void;
  /** Those after #trimmed, in order. */
  readonly #kept: { readonly message: M; readonly bytes: number }[] = [];
  /** Messages up to this one are forgotten: no copy will need them. */
  #trimmed: number;
  #bytes = 0;
  #site = -1;
  #epoch = 0;
  /** The copy that runs has got so many for certain. */
  #acked: number;
  /** So had the last checkpoint; -1 without one. */
  #checkpoint = -1;

  /** `received`: what the process has got before its first start here (it comes from a checkpoint of an earlier run). */
  constructor(p: number, send: (site: number, mail: Mail<M>) => void, received = 0, limits: MailLimits = MAIL_LIMITS) {
    this.#p = p;
    this.#send = send;
    this.#trimmed = received;
    this.#acked = received;
    this.#limits = limits;
  }

  /** The number of the last message. */
  get last(): number {
    return this.#trimmed + this.#kept.length;
  }

  /** How many are kept, and their bytes. */
  get kept(): MailLimits {
    return { messages: this.#kept.length, bytes: this.#bytes };
  }

  /** A message for the process. Returns its number; -1 if more is kept than may be: it was not taken, its sender has to hear of it. */
  post(message: M, bytes: number): number {
    if (this.#kept.length >= this.#limits.messages) return -1;
    // One that is larger than the limit goes when it is alone.
    if (this.#kept.length > 0 && this.#bytes + bytes > this.#limits.bytes) return -1;
    this.#kept.push({ message, bytes });
    this.#bytes += bytes;
    if (this.#site >= 0) this.#sendOne(this.last);
    return this.last;
  }

  /** The effect `runs` of the home: copy `epoch` is the process from now on. Sends it what it has not got. */
  runs(site: number, epoch: number, received: number): void {
    if (received < this.#trimmed || received > this.last) this.#fail(`copy ${epoch} has got ${received} messages`);
    this.#site = site;
    this.#epoch = epoch;
    this.#acked = received;
    this.#trim();
    for (let seq = received + 1; seq <= this.last; seq++) this.#sendOne(seq);
  }

  /** What a copy acknowledged. */
  acked(epoch: number, received: number): void {
    if (epoch !== this.#epoch || received <= this.#acked) return;
    if (received > this.last) this.#fail(`copy ${epoch} acknowledged ${received} messages`);
    this.#acked = received;
    this.#trim();
  }

  /**
   * The home took a checkpoint (see {@link HandoffHome.checkpointed}), or the process is about to be started from one of an
   * earlier run: messages after it are kept until the next one.
   */
  checkpointed(received: number): void {
    if (received < this.#trimmed || received > this.last) this.#fail(`a checkpoint has got ${received} messages`);
    this.#checkpoint = received;
    this.#trim();
  }

  /** The process is over, or is on its way to be started again: nothing is sent until the next `runs`. */
  hold(): void {
    this.#site = -1;
  }

  #trim(): void {
    const upTo = this.#checkpoint < 0 ? this.#acked : this.#checkpoint;
    const count = upTo - this.#trimmed;
    if (count <= 0) return;
    for (const { bytes } of this.#kept.splice(0, count)) this.#bytes -= bytes;
    this.#trimmed = upTo;
  }

  #sendOne(seq: number): void {
    const { message, bytes } = this.#kept[seq - this.#trimmed - 1];
    this.#send(this.#site, { k: "mail", p: this.#p, e: this.#epoch, seq, message, bytes });
  }

  #fail(what: string): never {
    const from = this.#trimmed + 1;
    throw new AssertionError(`${what} of process ${this.#p}, whose home keeps those from ${from} to ${this.last}`);
  }

  /** Appends all that decides the future, but the messages themselves. For the model checker. */
  capture(out: number[]): void {
    out.push(this.#trimmed, this.#kept.length, this.#site + 1, this.#epoch, this.#acked, this.#checkpoint + 1);
  }

  /** Becomes what capture() wrote from `words[at]` on; returns where the following words begin. */
  restore(words: ArrayLike<number>, at: number, messageOf: (seq: number) => { message: M; bytes: number }): number {
    this.#trimmed = words[at];
    this.#kept.length = 0;
    this.#bytes = 0;
    for (let i = 1; i <= words[at + 1]; i++) {
      const kept = messageOf(this.#trimmed + i);
      this.#kept.push(kept);
      this.#bytes += kept.bytes;
    }
    this.#site = words[at + 2] - 1;
    this.#epoch = words[at + 3];
    this.#acked = words[at + 4];
    this.#checkpoint = words[at + 5] - 1;
    return at + 6;
  }
}

/** The mailbox in an image or a checkpoint. */
export interface MailImage<M = unknown> {
  /** How many messages the process had got. */
  readonly received: number;
  /** Those of them that its code had not taken yet, oldest first. */
  readonly waiting: readonly M[];
}

/**
 * The messages that a copy of a process has got: part of its state. What comes while the copy is offered to another site
 * goes in, too, for the case that it resumes; the home sends it to the new copy otherwise.
 */
export class SiteMailbox<M = unknown> {
  received: number;
  /** Got and not yet taken by the process, oldest first. */
  readonly waiting: M[];
  readonly #ackAfter: MailLimits;
  #acked: number;
  #bytes = 0;

  constructor(image: MailImage<M> = { received: 0, waiting: [] }, ackAfter: MailLimits = ACK_AFTER) {
    this.received = image.received;
    this.waiting = [...image.waiting];
    this.#acked = image.received;
    this.#ackAfter = ackAfter;
  }

  /** Takes a message for this very copy (see {@link HandoffSite.accepts}). Returns false for one that it has got before. */
  receive(mail: Mail<M>): boolean {
    if (mail.seq <= this.received) return false;
    if (mail.seq !== this.received + 1) {
      const copy = `copy ${mail.e} of process ${mail.p}`;
      throw new AssertionError(`message ${mail.seq} came to ${copy}, which has got ${this.received}`);
    }
    this.received = mail.seq;
    this.#bytes += mail.bytes;
    this.waiting.push(mail.message);
    return true;
  }

  /** The next message, if there is one. */
  take(): M | undefined {
    return this.waiting.shift();
  }

  /**
   * The count to acknowledge now, or -1. To be asked after `receive` and when the copy goes on (`run`), and only while its phase is `running`:
   * what comes to a frozen copy is not in its image, so the home must not forget it.
   */
  due(): number {
    const count = this.received - this.#acked;
    if (count === 0 || (count < this.#ackAfter.messages && this.#bytes < this.#ackAfter.bytes)) return -1;
    this.#acked = this.received;
    this.#bytes = 0;
    return this.received;
  }

  /** What goes into an image or a checkpoint. A checkpoint is of a running copy: one of a frozen copy could be ahead of the image. */
  image(): MailImage<M> {
    return { received: this.received, waiting: [...this.waiting] };
  }

  /** Appends all that decides the future, but the messages that wait. For the model checker. */
  capture(out: number[]): void {
    out.push(this.received, this.#acked, this.#bytes);
  }

  /** Becomes what capture() wrote from `words[at]` on; returns where the following words begin. */
  restore(words: ArrayLike<number>, at: number): number {
    this.received = words[at];
    this.#acked = words[at + 1];
    this.#bytes = words[at + 2];
    return at + 3;
  }
}
