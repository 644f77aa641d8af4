/** What has come over a channel: messages of the peer, or its end. */
export type Arrival =
  | { readonly kind: "message"; readonly data: unknown }
  | { readonly kind: "end"; readonly reason: Error };

export interface InboxOptions {
  defer(task: () => void): void;
  deliver(arrival: Arrival): void;
}

/** Arrivals in order; they wait while the inbox does not flow. Without a limit, as a MessagePort's. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #arrivals: Arrival[] = [];
  /** Arrivals that a deferred task has been asked for. */
  #scheduled = 0;
  #flowing = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  get flowing(): boolean {
    return this.#flowing;
  }

  get isEmpty(): boolean {
    return this.#arrivals.length === 0;
  }

  flow(flowing: boolean): void {
    this.#flowing = flowing;
    this.#schedule();
  }

  push(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#schedule();
  }

  clear(): void {
    this.#arrivals.length = 0;
  }

  /** One task for each arrival: a listener that blocks must not keep the later ones from being served meanwhile. */
  #schedule(): void {
    if (!this.#flowing) return;
    for (; this.#scheduled < this.#arrivals.length; this.#scheduled++) this.#options.defer(() => this.#deliver());
  }

  #deliver(): void {
    this.#scheduled--;
    if (!this.#flowing) return;
    const arrival = this.#arrivals.shift();
    if (arrival) this.#options.deliver(arrival);
  }
}
