import type { Message, Port, Receiver } from "@isles/transport";

/** No part of a test takes this long on the slowest machine, in milliseconds; whoever waits longer says so. */
const PATIENCE_MS = 30_000;

/** What an endpoint of the suite has received, and whether it was entered when it must not be. */
export class Inbox implements Receiver {
  readonly received: { readonly from: number; readonly message: Message }[] = [];
  readonly faults: string[] = [];
  #listener: (from: number, message: Message) => void = (from, message) => this.received.push({ from, message });
  #entered = false;
  #closedTo: string | null = null;

  receive(from: number, message: Message): void {
    if (this.#entered) this.fault("the receiver was entered while it was running");
    if (this.#closedTo !== null) this.fault(`the receiver was entered from inside ${this.#closedTo}`);
    this.#entered = true;
    this.#listener(from, message);
    this.#entered = false;
  }

  /** From now on messages go to `listener` and not to `received`; first those that were there before. */
  listen(listener: (from: number, message: Message) => void): void {
    this.#listener = listener;
    for (const { from, message } of this.received.splice(0)) listener(from, message);
  }

  /** Runs a call that must deliver nothing. */
  quietly<T>(call: string, act: () => T): T {
    this.#closedTo = call;
    try {
      return act();
    } finally {
      this.#closedTo = null;
    }
  }

  fault(what: string): void {
    if (this.faults.length < 10) this.faults.push(what);
  }

  from(peer: number): Message[] {
    return this.received.filter(({ from }) => from === peer).map(({ message }) => message);
  }
}

/** Polls and waits until `done`; throws after half a minute, saying what was awaited. */
export function pumpUntil(port: Port, what: string, done: () => boolean): void {
  const deadline = performance.now() + PATIENCE_MS;
  while (!done()) {
    if (port.poll() > 0) continue;
    if (performance.now() > deadline) throw new Error(`endpoint ${port.self} waited in vain for ${what}`);
    port.wait(100);
  }
}

/** The same for a thread that leaves it to its event loop. */
export async function idleUntil(what: string, done: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!done()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
