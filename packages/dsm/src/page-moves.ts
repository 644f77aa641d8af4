import { type Completion, IslesError } from "@isles/base";
import { Mode } from "@isles/coherence";
import { Service, type ServiceHandler } from "@isles/transport";
import type { RegionDescriptor } from "./descriptor.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Region } from "./region.ts";

/** Pages that an endpoint asks for at once when it is told to take a range: one round trip for all of them. */
const BATCH = 256;

/** What an endpoint is asked to take. */
interface Pull {
  readonly kind: "pull";
  readonly ticket: number;
  readonly region: RegionDescriptor;
  readonly first: number;
  readonly last: number;
  readonly mode: Mode;
}

interface Pulled {
  readonly kind: "pulled";
  readonly ticket: number;
  /** Why it was not all taken, if it was not. */
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}

type Message = Pull | Pulled;

/**
 * Data migration: whoever it is tells an endpoint to take pages, in the mode that moves them there (M) or copies them (S). The
 * endpoint asks for them in batches, as a fault would ask for one, so the protocol is none the wiser; and each page is taken
 * once, not held: another site may have it back before the last one has come.
 */
export class PageMoves implements ServiceHandler {
  readonly #endpoint: Endpoint;
  readonly #adopt: (descriptor: RegionDescriptor) => Region;
  readonly #asked = new Map<number, Completion<void>>();
  #lastTicket = 0;

  constructor(endpoint: Endpoint, adopt: (descriptor: RegionDescriptor) => Region) {
    this.#endpoint = endpoint;
    this.#adopt = adopt;
    endpoint.on(Service.PageMove, this);
  }

  /** Settles when `site` has had every page of the range in that mode. */
  begin(site: number, region: Region, first: number, last: number, mode: Mode): Completion<void> {
    const verb = mode === Mode.Write ? "move" : "copy";
    const label = `the ${verb} of ${last - first + 1} pages of "${region.descriptor.name}" to endpoint ${site}`;
    const done = this.#endpoint.pend<void>(label);
    if (done.settled) return done;
    const ticket = ++this.#lastTicket;
    this.#asked.set(ticket, done);
    done.onSettled(() => this.#asked.delete(ticket));
    const { descriptor } = region;
    this.#send(site, { kind: "pull", ticket, region: descriptor, first, last, mode });
    return done;
  }

  // ServiceHandler

  text(): void {}

  value(from: number, value: unknown): void {
    const message = value as Message;
    if (message.kind === "pulled") {
      const done = this.#asked.get(message.ticket);
      if (message.failure === undefined) done?.resolve();
      else done?.reject(new IslesError(message.failure.code, message.failure.message));
      return;
    }
    this.#pull(message, (error) => {
      const failure = error && {
        code: error instanceof IslesError ? error.code : "MOVE_FAILED",
        message: error.message,
      };
      this.#send(from, { kind: "pulled", ticket: message.ticket, failure });
    });
  }

  #send(to: number, message: Message): void {
    this.#endpoint.sendValue(to, Service.PageMove, message);
  }

  #pull({ region: descriptor, first, last, mode }: Pull, done: (error?: Error) => void): void {
    let region: Region;
    try {
      region = this.#adopt(descriptor);
    } catch (error) {
      done(error as Error); // freed meanwhile, or no memory for it here
      return;
    }
    this.#endpoint.fences.acquire(); // what is told to be copied is news: a stale copy is none
    let next = first;
    let underWay = 0;
    let isAsking = false;
    let hasFailed = false;
    const ask = (): void => {
      if (isAsking || hasFailed) return;
      isAsking = true;
      while (next <= last && underWay < BATCH && !hasFailed) {
        underWay++;
        region.whenReady(next++, mode, arrived, failed);
      }
      isAsking = false;
      if (next > last && underWay === 0 && !hasFailed) done();
    };
    const arrived = (): void => {
      underWay--;
      // The next batch when half of this one has come: the way there and back is then never waited for.
      if (underWay <= BATCH / 2) ask();
    };
    const failed = (error: unknown): void => {
      if (hasFailed) return;
      hasFailed = true;
      done(error as Error);
    };
    ask();
  }
}
