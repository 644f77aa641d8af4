/** A listener, as `addEventListener` takes it. */
export type MessageListener = ((event: MessageEvent) => unknown) | { handleEvent(event: MessageEvent): unknown };

/** What an `on…` property takes. */
export type MessageHandler = ((event: MessageEvent) => unknown) | null;

export interface ListenerOptions {
  readonly capture?: boolean;
  readonly once?: boolean;
  readonly signal?: AbortSignal;
}

interface Registration {
  readonly type: string;
  readonly listener: MessageListener;
  readonly capture: boolean;
  readonly inner: (event: Event) => void;
  readonly cancelAbort: () => void;
}

/**
 * An EventTarget that knows how many "message" listeners it has, because a port flows and keeps the process alive by
 * that number, and that hands what listeners throw to `report`: the platform would end the thread for it.
 */
export abstract class ListenerTarget extends EventTarget {
  readonly #registrations: Registration[] = [];
  readonly #handlers = new Map<string, { readonly given: MessageHandler; readonly listener: MessageListener }>();

  protected abstract report(error: unknown): void;
  protected abstract listenersChanged(messageListeners: number): void;

  override addEventListener(
    type: string,
    listener: MessageListener | null,
    options?: boolean | ListenerOptions | null,
  ): void {
    const {
      capture = false,
      once = false,
      signal,
    } = typeof options === "boolean" ? { capture: options } : (options ?? {});
    if (!listener || signal?.aborted || this.#find(type, listener, capture) >= 0) return;
    const inner = (event: Event): void => {
      if (once) this.removeEventListener(type, listener, capture);
      this.#call(listener, event as MessageEvent);
    };
    const abort = () => this.removeEventListener(type, listener, capture);
    signal?.addEventListener("abort", abort, { once: true });
    const cancelAbort = () => signal?.removeEventListener("abort", abort);
    this.#registrations.push({ type, listener, capture, inner, cancelAbort });
    super.addEventListener(type, inner, { capture });
    if (type === "message") this.listenersChanged(this.#messageListeners());
  }

  override removeEventListener(
    type: string,
    listener: MessageListener | null,
    options?: boolean | ListenerOptions | null,
  ): void {
    const capture = typeof options === "boolean" ? options : (options?.capture ?? false);
    const at = listener ? this.#find(type, listener, capture) : -1;
    if (at < 0) return;
    const [registration] = this.#registrations.splice(at, 1);
    registration!.cancelAbort();
    super.removeEventListener(type, registration!.inner, { capture });
    if (type === "message") this.listenersChanged(this.#messageListeners());
  }

  protected handler(type: string): MessageHandler {
    return this.#handlers.get(type)?.given ?? null;
  }

  /** A listener of its own, so that the same function may also be added as one. */
  protected setHandler(type: string, handler: MessageHandler): void {
    this.removeEventListener(type, this.#handlers.get(type)?.listener ?? null);
    this.#handlers.delete(type);
    if (typeof handler !== "function") return;
    const listener = (event: MessageEvent) => handler.call(this, event);
    this.#handlers.set(type, { given: handler, listener });
    this.addEventListener(type, listener);
  }

  #find(type: string, listener: MessageListener, capture: boolean): number {
    return this.#registrations.findIndex((r) => r.type === type && r.listener === listener && r.capture === capture);
  }

  #messageListeners(): number {
    return this.#registrations.filter((registration) => registration.type === "message").length;
  }

  #call(listener: MessageListener, event: MessageEvent): void {
    try {
      const result = typeof listener === "function" ? listener.call(this, event) : listener.handleEvent(event);
      if (result instanceof Promise) result.catch((error: unknown) => this.report(error));
    } catch (error) {
      this.report(error);
    }
  }
}
