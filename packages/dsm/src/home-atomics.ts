import { type Completion, IslesError, ReleasedError } from "@isles/base";
import { Mode } from "@isles/coherence";
import { Service, type ServiceHandler } from "@isles/transport";
import { type AtomicOp, applyAtomic, applyCompareExchange, atomicOpNames } from "./element-ops.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ReleaseRegion } from "./release-region.ts";

type Element = number | bigint;

/** What can be done to an element at its home: the operations of `Atomics`. */
export type HomeOp =
  | { readonly op: AtomicOp; readonly value: Element }
  | { readonly op: "compareExchange"; readonly value: Element; readonly expected: Element }
  | { readonly op: "store"; readonly value: Element }
  | { readonly op: "load" };

/** The name of the operation, as the program knows it. */
export function nameOf({ op }: HomeOp): string {
  return typeof op === "number" ? atomicOpNames[op]! : op;
}

type Message =
  | {
      readonly kind: "do";
      readonly ticket: number;
      readonly region: number;
      readonly index: number;
      readonly what: HomeOp;
    }
  | { readonly kind: "done"; readonly ticket: number; readonly value: Element }
  | {
      readonly kind: "failed";
      readonly ticket: number;
      readonly error: { readonly code: string; readonly message: string };
    };

/**
 * Atomic operations on arrays with release consistency. Pages have several writers there, so an operation is done at the page's
 * home, where one comes after the other; its answer waits until whoever has a copy of the page knows that it is stale.
 */
export class HomeAtomics implements ServiceHandler {
  readonly #endpoint: Endpoint;
  readonly #asked = new Map<number, Completion<Element>>();
  #lastTicket = 0;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    endpoint.on(Service.Atomic, this);
  }

  /** Does it to an element of the region. Settles with what the element was; with the new value for a store. */
  begin(region: ReleaseRegion, index: number, what: HomeOp): Completion<Element> {
    const { name } = region.descriptor;
    const done = this.#endpoint.pend<Element>(`"${name}".${nameOf(what)} of element ${index} at its home`);
    if (done.settled) return done;
    const page = Math.floor((index * region.view.BYTES_PER_ELEMENT) / region.pageSize);
    const go = (): void => this.#send(region, page, index, what, done);
    if (region.homeOf(page) >= 0) go();
    else region.whenReady(page, Mode.Read, go, (error) => done.reject(error)); // finds out where it lives
    return done;
  }

  #send(region: ReleaseRegion, page: number, index: number, what: HomeOp, done: Completion<Element>): void {
    const home = region.homeOf(page);
    if (home === this.#endpoint.self) {
      this.#perform(region, page, index, what, (value) => done.resolve(value));
      this.#endpoint.send();
      return;
    }
    const ticket = ++this.#lastTicket;
    this.#asked.set(ticket, done);
    done.onSettled(() => this.#asked.delete(ticket));
    this.#tell(home, { kind: "do", ticket, region: region.id, index, what });
  }

  #tell(to: number, message: Message): void {
    this.#endpoint.sendValue(to, Service.Atomic, message);
  }

  // ServiceHandler

  text(): void {}

  value(from: number, value: unknown): void {
    const message = value as Message;
    if (message.kind === "do") return this.#serve(from, message);
    const done = this.#asked.get(message.ticket);
    if (message.kind === "done") done?.resolve(message.value);
    else done?.reject(errorOf(message.error));
  }

  #serve(from: number, message: Message & { kind: "do" }): void {
    const { regions } = this.#endpoint;
    const { ticket, region: id, index, what } = message;
    const region = regions.regionOf(id) as ReleaseRegion | undefined;
    const fail = (error: unknown): void => {
      const { code, message: text } = error instanceof IslesError ? error : new IslesError("BAD_VALUE", String(error));
      this.#tell(from, { kind: "failed", ticket, error: { code, message: text } });
    };
    if (region === undefined) {
      if (regions.isFreed(id)) fail(regions.freedError(id));
      else this.#endpoint.links.inbox.keepEarly(id, () => this.#serve(from, message));
      return;
    }
    const page = Math.floor((index * region.view.BYTES_PER_ELEMENT) / region.pageSize);
    try {
      this.#perform(region, page, index, what, (value) => this.#tell(from, { kind: "done", ticket, value }));
    } catch (error) {
      fail(error); // a value of the wrong type
    }
  }

  #perform(region: ReleaseRegion, page: number, index: number, what: HomeOp, tell: (value: Element) => void): void {
    const value = applied(region, index, what);
    if (what.op !== "load") region.changedAtHome(page);
    this.#endpoint.fences.whenReleased(() => tell(value));
  }
}

function errorOf({ code, message }: { readonly code: string; readonly message: string }): IslesError {
  return code === "RELEASED" ? new ReleasedError(message) : new IslesError(code, message);
}

function applied({ view }: ReleaseRegion, index: number, what: HomeOp): Element {
  switch (what.op) {
    case "load":
      return view[index]!;
    case "store":
      (view as { [index: number]: unknown })[index] = what.value;
      return what.value;
    case "compareExchange":
      return applyCompareExchange(view, index, what.expected, what.value);
    default:
      return applyAtomic(view, index, what.op, what.value);
  }
}
