import { type Completion, IslesError, LimitError, MismatchError, UsageError } from "@isles/base";
import { Service } from "@isles/transport";
import type { RegionDescriptor } from "./descriptor.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Region } from "./region.ts";
import { checkSame, type OpenRequest, type Registry } from "./registry.ts";
import { ReleaseRegion } from "./release-region.ts";
import { SequentialRegion } from "./sequential-region.ts";

type RegistryMessage =
  | { readonly kind: "open"; readonly ticket: number; readonly request: OpenRequest }
  | { readonly kind: "opened"; readonly ticket: number; readonly descriptor: RegionDescriptor }
  | { readonly kind: "announce"; readonly descriptor: RegionDescriptor }
  | { readonly kind: "free"; readonly ticket: number; readonly name: string }
  | { readonly kind: "drop"; readonly round: number; readonly descriptor: RegionDescriptor }
  | { readonly kind: "dropped"; readonly round: number }
  | { readonly kind: "freed"; readonly ticket: number }
  | { readonly kind: "refused"; readonly ticket: number; readonly error: Refusal };

/** An error on the wire: structured clone would keep neither its class nor its code. */
interface Refusal {
  readonly type: "MISMATCH" | "RANGE" | "LIMIT" | "OTHER";
  readonly code: string;
  readonly message: string;
}

/**
 * Names and regions at one endpoint. The launcher's instance holds the registry; the others ask it. A new region is
 * announced to everybody, since any site may be the home of some of its pages without ever having opened it.
 */
export class RegistryService {
  readonly #endpoint: Endpoint;
  /** Only at the launcher. */
  readonly #registry: Registry | null;
  readonly #descriptors = new Map<string, RegionDescriptor>();
  readonly #waiting = new Map<number, Completion<RegionDescriptor | undefined>>();
  /** Launcher: freeing rounds, and how many endpoints have still to drop the region. */
  readonly #rounds = new Map<number, { left: number; done: () => void }>();
  #nextTicket = 1;
  #nextRound = 1;

  constructor(endpoint: Endpoint, registry: Registry | null) {
    this.#endpoint = endpoint;
    this.#registry = registry;
    endpoint.on(Service.Registry, {
      text: () => undefined,
      value: (from, value) => this.#receive(from, value as RegistryMessage),
    });
  }

  /** The region of that name; the completion settles when it is known here. */
  open(request: OpenRequest): Completion<RegionDescriptor | undefined> {
    const known = this.#descriptors.get(request.name);
    const done = this.#endpoint.pend<RegionDescriptor | undefined>(`shared array "${request.name}" to be made`);
    if (done.settled) return done;
    try {
      if (known !== undefined) {
        checkSame(known, request);
        done.resolve(known);
      } else if (this.#registry !== null) {
        done.resolve(this.#openHere(request));
      } else {
        this.#ask(done, (ticket) => ({ kind: "open", ticket, request }));
      }
    } catch (error) {
      done.reject(error);
    }
    return done;
  }

  free(name: string): Completion<RegionDescriptor | undefined> {
    const done = this.#endpoint.pend<RegionDescriptor | undefined>(`shared array "${name}" to be freed`);
    if (done.settled) return done;
    try {
      if (this.#registry === null) this.#ask(done, (ticket) => ({ kind: "free", ticket, name }));
      else this.#freeHere(name, () => done.resolve(undefined));
    } catch (error) {
      done.reject(error);
    }
    return done;
  }

  /** The region of a descriptor that came with an argument, perhaps before its announcement. */
  adopt(descriptor: RegionDescriptor): Region {
    const { regions } = this.#endpoint;
    const known = regions.regionOf(descriptor.id);
    if (known !== undefined) return known;
    if (regions.isFreed(descriptor.id)) throw regions.freedError(descriptor.id);
    const region =
      descriptor.consistency === "release"
        ? new ReleaseRegion(descriptor, this.#endpoint.links)
        : new SequentialRegion(descriptor, this.#endpoint.links);
    this.#descriptors.set(descriptor.name, descriptor);
    this.#endpoint.announced(region);
    return region;
  }

  #openHere(request: OpenRequest): RegionDescriptor {
    const { descriptor, isNew } = this.#registry!.open(request);
    if (isNew) {
      this.#adoptNew(descriptor);
      for (let site = 0; site < this.#endpoint.sites; site++) this.#send(site, { kind: "announce", descriptor });
    }
    return descriptor;
  }

  /** A region whose memory cannot be had is not made: its name stays free. */
  #adoptNew(descriptor: RegionDescriptor): void {
    try {
      this.adopt(descriptor);
    } catch (error) {
      this.#registry!.free(descriptor.name);
      throw error;
    }
  }

  #freeHere(name: string, done: () => void): void {
    const descriptor = this.#registry!.free(name);
    this.#drop(descriptor);
    const round = this.#nextRound++;
    this.#rounds.set(round, { left: this.#endpoint.sites, done });
    for (let site = 0; site < this.#endpoint.sites; site++) this.#send(site, { kind: "drop", round, descriptor });
  }

  #drop(descriptor: RegionDescriptor): void {
    if (this.#descriptors.get(descriptor.name)?.id === descriptor.id) this.#descriptors.delete(descriptor.name);
    this.#endpoint.freed(descriptor);
  }

  #receive(from: number, message: RegistryMessage): void {
    switch (message.kind) {
      case "open":
        return this.#answer(from, message.ticket, () => {
          const descriptor = this.#openHere(message.request);
          this.#send(from, { kind: "opened", ticket: message.ticket, descriptor });
        });
      case "free":
        return this.#answer(from, message.ticket, () =>
          this.#freeHere(message.name, () => this.#send(from, { kind: "freed", ticket: message.ticket })),
        );
      case "announce":
        this.adopt(message.descriptor);
        return;
      case "drop":
        this.#drop(message.descriptor);
        return this.#send(from, { kind: "dropped", round: message.round });
      case "dropped":
        return this.#dropped(message.round);
      case "opened":
        this.#take(message.ticket)?.resolve(message.descriptor);
        return;
      case "freed":
        this.#take(message.ticket)?.resolve(undefined);
        return;
      case "refused":
        this.#take(message.ticket)?.reject(fromRefusal(message.error));
        return;
      default:
        return message satisfies never;
    }
  }

  #dropped(id: number): void {
    const round = this.#rounds.get(id);
    if (round === undefined || --round.left > 0) return;
    this.#rounds.delete(id);
    round.done();
  }

  #answer(from: number, ticket: number, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#send(from, { kind: "refused", ticket, error: toRefusal(error) });
    }
  }

  #ask(done: Completion<RegionDescriptor | undefined>, message: (ticket: number) => RegistryMessage): void {
    const ticket = this.#nextTicket++;
    this.#waiting.set(ticket, done);
    done.onSettled(() => this.#waiting.delete(ticket));
    this.#send(this.#endpoint.sites, message(ticket));
  }

  #take(ticket: number): Completion<RegionDescriptor | undefined> | undefined {
    return this.#waiting.get(ticket);
  }

  #send(to: number, message: RegistryMessage): void {
    this.#endpoint.sendValue(to, Service.Registry, message);
  }
}

function toRefusal(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof MismatchError) return { type: "MISMATCH", code: error.code, message };
  if (error instanceof LimitError) return { type: "LIMIT", code: error.code, message };
  if (error instanceof RangeError) return { type: "RANGE", code: "RANGE", message };
  return { type: "OTHER", code: error instanceof IslesError ? error.code : "REGISTRY", message };
}

function fromRefusal(refusal: Refusal): Error {
  if (refusal.type === "MISMATCH") return new MismatchError(refusal.message);
  if (refusal.type === "LIMIT") return new LimitError(refusal.message);
  if (refusal.type === "RANGE") return new RangeError(refusal.message);
  return new UsageError(refusal.code, refusal.message);
}
