import type { Kind, Mode, Pins, SpanDriver } from "@isles/coherence";
import type { Port, Service } from "@isles/transport";
import { FirstTouchService } from "./first-touch.ts";
import { Loopback, type LoopbackReceiver } from "./loopback.ts";
import type { PageFaults } from "./page-faults.ts";
import { RecordInbox } from "./record-inbox.ts";
import { RecordOutbox } from "./record-outbox.ts";
import type { Region, RegionHost } from "./region.ts";
import type { RegionSet } from "./region-set.ts";

/** What the links need of their endpoint. */
export interface LinkHost extends LoopbackReceiver {
  readonly sites: number;
  readonly port: Port;
  readonly regions: RegionSet;
  readonly pins: Pins;
  readonly spans: SpanDriver;
  readonly faults: PageFaults;
  sendText(to: number, service: Service, text: string): void;
}

/** What joins the regions of one endpoint to its port, and to what is held here. */
export class RegionLinks implements RegionHost {
  readonly self: number;
  readonly sites: number;
  readonly outbox: RecordOutbox;
  readonly inbox: RecordInbox;
  readonly loopback: Loopback;
  readonly firstTouch: FirstTouchService;
  readonly #host: LinkHost;

  constructor(host: LinkHost) {
    this.self = host.self;
    this.sites = host.sites;
    this.#host = host;
    this.outbox = new RecordOutbox(host.port);
    this.inbox = new RecordInbox(host.port, host.regions);
    this.loopback = new Loopback(host);
    this.firstTouch = new FirstTouchService({
      regions: host.regions,
      sendText: (to, service, text) => host.sendText(to, service, text),
      keepEarly: (region, deliver) => this.inbox.keepEarly(region, deliver),
    });
  }

  announced(region: Region): void {
    this.inbox.announced(region);
  }

  // RegionHost

  record(
    to: number,
    region: Region,
    kind: Kind,
    page: number,
    requester: number,
    acks: number,
    withBody: boolean,
  ): void {
    if (to === this.self) this.loopback.record(region, kind, page, requester, acks);
    else this.outbox.add(to, region, kind, page, requester, acks, withBody);
  }

  recordWith(
    to: number,
    region: Region,
    kind: Kind,
    page: number,
    requester: number,
    acks: number,
    bytes: Uint8Array,
    length: number,
  ): void {
    this.outbox.addWith(to, region, kind, page, requester, acks, bytes, 0, length);
  }

  held(region: number, page: number, right: Mode): boolean {
    const { faults, pins, regions } = this.#host;
    const { reserved } = faults;
    if (reserved !== undefined && reserved.page === page && reserved.region === region) {
      return right <= reserved.mode && regions.satisfied(region, page, reserved.mode);
    }
    return pins.held(region, page, right);
  }

  arrivedOnce(region: number, page: number): void {
    this.#host.spans.readOnce(region, page);
  }

  body(region: Region, page: number): void {
    this.inbox.body(region, page);
  }

  bodyInto(into: Uint8Array, length: number, elementBytes: number | undefined): void {
    this.inbox.bodyInto(into, length, elementBytes);
  }

  locate(region: Region, page: number, kind: Kind): void {
    this.firstTouch.locate(region, page, kind);
  }
}
