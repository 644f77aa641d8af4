import { Service, type ServiceHost, type Transferable } from "@isles/transport";

/** Gathered frames leave early beyond these: in messages of this size more gathering gains nothing. */
const MAX_FRAMES = 256;
const MAX_CHARACTERS = 32_768;

/** A frame with a value that travels by structured clone. */
export type ValueFrame = readonly [head: string, body: unknown];

/**
 * Gathers what one tick sends to each peer into one message. It leaves at the end of the tick, or earlier when the thread
 * waits or polls.
 */
export class Outbox {
  readonly #host: ServiceHost;
  readonly #texts: string[] = [];
  readonly #counts: number[] = [];
  readonly #batches: number[] = [];
  #dirty: number[] = [];
  #scheduled = false;

  constructor(host: ServiceHost) {
    this.#host = host;
  }

  text(to: number, frame: string): void {
    const gathered = this.#texts[to];
    const framed = `${frame.length};${frame}`;
    if (gathered === undefined || gathered === "") {
      this.#texts[to] = framed;
      this.#counts[to] = 1;
      this.#dirty.push(to);
      this.#schedule();
      return;
    }
    this.#texts[to] = gathered + framed;
    if (++this.#counts[to]! >= MAX_FRAMES || gathered.length >= MAX_CHARACTERS) this.flushTo(to);
  }

  /** Leaves at once, since the value must be copied as it is now. Throws DataCloneError, with nothing sent of it. */
  value(to: number, head: string, body: unknown, transfer?: readonly Transferable[]): void {
    this.flushTo(to);
    this.#batches[to] = this.batch(to) + 1;
    this.#host.sendValue(to, Service.Rpc, [head, body] satisfies ValueFrame, transfer);
  }

  /** Messages that have left for a peer. What is gathered now leaves in the next. */
  batch(to: number): number {
    return this.#batches[to] ?? 0;
  }

  flush(): void {
    if (this.#dirty.length === 0) return;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const to of dirty) this.flushTo(to);
  }

  flushTo(to: number): void {
    const text = this.#texts[to];
    if (text === undefined || text === "") return;
    this.#texts[to] = "";
    this.#batches[to] = this.batch(to) + 1;
    this.#host.sendText(to, Service.Rpc, text);
  }

  /** Forgets what is gathered for a peer that is lost. */
  drop(to: number): void {
    this.#texts[to] = "";
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.flush();
    });
  }
}
