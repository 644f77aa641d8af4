import { getEventListeners } from "node:events";
import type { Core } from "./core.ts";
import { type Exportable, ReferenceKind } from "./exports.ts";
import type { Lease } from "./lease.ts";
import { Kind, MalformedError } from "./text-frames.ts";

/** AbortSignals that travel: the sender's abort is told to all who were sent it. */
export class Signals {
  readonly #core: Core;
  /** What has arrived and may still abort, by owner and id. The program holds the signals; this must not. */
  readonly #arrived = new Map<string, WeakRef<AbortController>>();
  /** A signal does not keep its controller, but whoever holds the signal must. */
  readonly #controllers = new WeakMap<AbortSignal, AbortController>();
  /** Of signals with listeners, who are to be told though the program has let the signal itself go. */
  readonly #listened = new Set<AbortController>();

  constructor(core: Core) {
    this.#core = core;
  }

  get size(): number {
    return this.#arrived.size;
  }

  /** The signal here that follows one of another endpoint. */
  arrived(lease: Lease): AbortSignal {
    const key = keyOf(lease.owner, lease.id);
    const known = this.#arrived.get(key)?.deref();
    const controller = known ?? this.#make();
    this.#arrived.set(key, new WeakRef(controller));
    this.#core.tie(controller.signal, lease);
    return controller.signal;
  }

  #make(): AbortController {
    const controller = new AbortController();
    const { signal } = controller;
    this.#controllers.set(signal, controller);
    for (const name of ["addEventListener", "removeEventListener"] as const) {
      const value = (...args: Parameters<EventTarget["addEventListener"]>): void => {
        EventTarget.prototype[name].apply(signal, args);
        const isListened = !signal.aborted && getEventListeners(signal, "abort").length > 0;
        if (isListened) this.#listened.add(controller);
        else this.#listened.delete(controller);
      };
      Object.defineProperty(signal, name, { value, configurable: true, writable: true });
    }
    return controller;
  }

  /** The original was aborted. */
  aborted(owner: number, id: number, reason: unknown): void {
    if (reason === undefined) throw new MalformedError("an abort without a reason");
    const controller = this.#arrived.get(keyOf(owner, id))?.deref();
    this.#arrived.delete(keyOf(owner, id));
    if (controller === undefined) return;
    this.#listened.delete(controller);
    controller.abort(this.#core.errors.decode(reason));
  }

  /** A lease on a signal has ended. */
  released(lease: Lease): void {
    const key = keyOf(lease.owner, lease.id);
    if (this.#arrived.get(key)?.deref() === undefined) this.#arrived.delete(key);
  }

  /** Whoever could abort them is gone. */
  peerLost(owner: number, reason: unknown): void {
    this.#abort(reason, (key) => key.startsWith(`${owner}:`));
  }

  /** Nobody can abort them any more. */
  close(reason: unknown): void {
    this.#abort(reason, () => true);
  }

  #abort(reason: unknown, concerns: (key: string) => boolean): void {
    for (const [key, ref] of [...this.#arrived]) {
      if (!concerns(key)) continue;
      this.#arrived.delete(key);
      const controller = ref.deref();
      if (controller === undefined) continue;
      this.#listened.delete(controller);
      controller.abort(reason);
    }
  }
}

function keyOf(owner: number, id: number): string {
  return `${owner}:${id}`;
}

/** What is exported for a signal of this endpoint: nothing that can be called, but its abort reaches its holders. */
export function relaySignal(core: Core, signal: AbortSignal): Exportable {
  const onAbort = (): void => {
    const entry = core.exports.of(signal);
    if (entry === undefined) return;
    for (const holder of entry.holders.keys()) {
      core.outbox.value(holder, `${Kind.Abort}${entry.id};`, core.errors.encode(signal.reason));
    }
    core.exports.end(signal);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    kind: ReferenceKind.Signal,
    target: signal,
    members: new Map(),
    service: signal,
    onReleased: () => signal.removeEventListener("abort", onAbort),
  };
}
