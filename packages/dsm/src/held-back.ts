import type { Transferable } from "@isles/transport";

/**
 * Messages that must not leave before everybody knows what this thread has written, in order. For a thread that must not block
 * for that: elsewhere nothing is held back.
 */
export class HeldBack {
  #isHolding = false;
  readonly #messages: (() => void)[] = [];

  get isHolding(): boolean {
    return this.#isHolding;
  }

  hold(): void {
    this.#isHolding = true;
  }

  add(send: () => void): void {
    this.#messages.push(send);
  }

  /** A message with a value, which is cloned as it is now. Throws the platform's DataCloneError. */
  addValue(
    value: unknown,
    transfer: readonly Transferable[] | undefined,
    send: (value: unknown, transfer: readonly Transferable[] | undefined) => void,
  ): void {
    const copy = structuredClone({ value, transfer }, transfer && { transfer: [...transfer] });
    this.#messages.push(() => send(copy.value, copy.transfer));
  }

  /** They leave now. */
  letGo(): void {
    this.#isHolding = false;
    for (const send of this.#messages.splice(0)) send();
  }
}
