import { answeredId, isComlinkRequest } from "./comlink-protocol.ts";

/**
 * What Comlink is doing on one endpoint, learnt from the messages that pass. Comlink itself knows neither lost peers nor
 * endpoints that are not MessagePorts: its calls would hang for ever, and it would never close what it has released.
 */
export class ComlinkTraffic {
  readonly #pending = new Set<string>();
  #starts = 0;
  #hasCalled = false;
  #releaseSent: string | undefined;
  #releaseReceived: string | undefined;

  /** `start()` was called by hand. */
  started(): void {
    this.#starts++;
  }

  /**
   * Somebody here may answer requests. `wrap` calls `start()` once before each request and never otherwise, so a start
   * beyond those is by `expose` or by a program that listens.
   */
  get mayAnswer(): boolean {
    return this.#starts > 0;
  }

  /** `wrap` is in use here. */
  get hasCalled(): boolean {
    return this.#hasCalled;
  }

  /** About to be posted; it may still prove impossible to clone. */
  posting(message: unknown): void {
    if (!isComlinkRequest(message)) return;
    this.#hasCalled = true;
    if (this.#starts > 0) this.#starts--;
  }

  /** Posted. True if that was the last thing Comlink does here: `expose` closes after it has answered RELEASE. */
  posted(message: unknown): boolean {
    if (isComlinkRequest(message)) {
      if (message.type === "RELEASE") this.#releaseSent = message.id;
      else this.#pending.add(message.id);
      return false;
    }
    return this.#releaseReceived !== undefined && answeredId(message) === this.#releaseReceived;
  }

  /** About to be shown to the listeners. True if the channel ends with it: the peer has answered our RELEASE. */
  delivering(message: unknown): boolean {
    if (isComlinkRequest(message)) {
      if (message.type === "RELEASE") this.#releaseReceived = message.id;
      return false;
    }
    const id = answeredId(message);
    if (id === undefined) return false;
    this.#pending.delete(id);
    return id === this.#releaseSent;
  }

  /** The calls that nobody has answered; they are forgotten here. */
  takePending(): string[] {
    const ids = [...this.#pending];
    this.#pending.clear();
    return ids;
  }
}
