import { carriesPage, type Kind, messageClass } from "@isles/coherence";
import { MessageClass, type Port, Service } from "@isles/transport";
import { Body, encodeRecord } from "@isles/wire";
import type { Region } from "./region.ts";

const classOf = {
  request: MessageClass.Request,
  forward: MessageClass.Forward,
  response: MessageClass.Response,
} as const;
const RECORDS = String.fromCharCode(Service.Coherence);
const PAGE = String.fromCharCode(Service.Page);

/**
 * Protocol records on their way out: all that one turn sends to one peer becomes one string. Page bodies are copied at
 * once (later stores must not change what was sent) into the peer's ring, or, when that is full, into a page frame that
 * goes just before the record.
 */
export class RecordOutbox {
  readonly #port: Port;
  readonly #texts: string[];
  readonly #classes: MessageClass[];
  readonly #peers: number[] = [];

  constructor(port: Port) {
    this.#port = port;
    this.#texts = new Array(port.endpoints).fill("");
    this.#classes = new Array(port.endpoints).fill(MessageClass.Request);
  }

  add(to: number, region: Region, kind: Kind, page: number, requester: number, acks: number, withBody: boolean): void {
    let body: Body = Body.None;
    let granule = 0;
    if (withBody) {
      const at = page * region.pageSize;
      granule = this.#port.putBody(to, region.bytes, at, region.pageSize);
      body = Body.Ring;
      if (granule < 0) {
        this.#sendPageFrame(to, region, at);
        body = Body.Frame;
        granule = 0;
      }
      region.stats.bytes += region.pageSize;
    } else if (carriesPage(kind)) {
      body = Body.Same;
    }
    region.stats.messages++;
    const text = this.#texts[to]!;
    if (text === "") {
      this.#peers.push(to);
      this.#classes[to] = classOf[messageClass(kind)];
      this.#texts[to] = RECORDS + encodeRecord(kind, region.id, page, requester, acks, body, granule);
    } else {
      this.#texts[to] = text + encodeRecord(kind, region.id, page, requester, acks, body, granule);
    }
  }

  /** Hands everything to the port, in order. */
  flush(): void {
    while (this.#peers.length > 0) this.#flushPeer(this.#peers.pop()!);
  }

  /** Hands over what is queued for one peer, so that a message of another kind keeps its place. */
  flushTo(to: number): void {
    if (this.#texts[to] === "") return;
    this.#peers.splice(this.#peers.indexOf(to), 1);
    this.#flushPeer(to);
  }

  #flushPeer(to: number): void {
    this.#port.send(to, this.#texts[to]!, this.#classes[to]!);
    this.#texts[to] = "";
  }

  /** A page as a one-byte string: of the ways to put it inside a message, the cheapest (docs/MEASURED.md). */
  #sendPageFrame(to: number, region: Region, at: number): void {
    this.flushTo(to);
    const bytes = Buffer.from(region.bytes.buffer, at, region.pageSize);
    this.#port.send(to, PAGE + bytes.toString("latin1"), MessageClass.Response);
  }
}
