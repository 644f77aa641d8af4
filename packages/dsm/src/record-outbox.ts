import type { Kind } from "@isles/coherence";
import { MessageClass, type Port, Service } from "@isles/transport";
import { Body, encodeRecord, RECORD_UNITS } from "@isles/wire";
import type { Region } from "./region.ts";

const classOf = {
  request: MessageClass.Request,
  forward: MessageClass.Forward,
  response: MessageClass.Response,
} as const;
const RECORDS = String.fromCharCode(Service.Coherence);
const PAGE = String.fromCharCode(Service.Page);

/**
 * So many records to one peer leave without waiting for the turn's end: the peer then works on them while the rest is made.
 * A platform message costs about as much as four records, so that is what may be added to them.
 */
const EAGER_RECORDS = 16;
const EAGER_UNITS = 1 + EAGER_RECORDS * RECORD_UNITS;
/** The same for the pages that go with them, in bytes. */
const EAGER_BYTES = 64 * 1024;

/**
 * Protocol records on their way out: all that one turn sends to one peer becomes one string, or several of a long one. Page bodies are copied at
 * once (later stores must not change what was sent) into the peer's ring, or, when that is full, into a page frame that
 * goes just before the record.
 */
export class RecordOutbox {
  readonly #port: Port;
  readonly #texts: string[];
  readonly #classes: MessageClass[];
  /** Bytes of pages that go with each peer's text. */
  readonly #bytes: number[];
  readonly #peers: number[] = [];

  constructor(port: Port) {
    this.#port = port;
    this.#texts = new Array(port.endpoints).fill("");
    this.#bytes = new Array(port.endpoints).fill(0);
    this.#classes = new Array(port.endpoints).fill(MessageClass.Request);
  }

  add(to: number, region: Region, kind: Kind, page: number, requester: number, acks: number, withBody: boolean): void {
    if (withBody) {
      const { bytes, pageSize } = region;
      this.addWith(to, region, kind, page, requester, acks, bytes, page * pageSize, pageSize);
    } else {
      const body = region.carriesPage(kind) ? Body.Same : Body.None;
      this.#append(to, region, kind, page, requester, acks, body, 0);
    }
  }

  /** A record with `length` bytes of `bytes`, from `at` on, as its body. */
  addWith(
    to: number,
    region: Region,
    kind: Kind,
    page: number,
    requester: number,
    acks: number,
    bytes: Uint8Array,
    at: number,
    length: number,
  ): void {
    let body: Body = Body.Ring;
    let granule = this.#port.putBody(to, bytes, at, length);
    if (granule < 0) {
      this.#sendPageFrame(to, bytes, at, length);
      body = Body.Frame;
      granule = 0;
    }
    region.stats.bytes += length;
    this.#bytes[to]! += length;
    this.#append(to, region, kind, page, requester, acks, body, granule);
  }

  #append(
    to: number,
    region: Region,
    kind: Kind,
    page: number,
    requester: number,
    acks: number,
    body: Body,
    granule: number,
  ): void {
    region.stats.messages++;
    let text = this.#texts[to]!;
    if (text === "") {
      this.#peers.push(to);
      this.#classes[to] = classOf[region.messageClassOf(kind)];
      text = RECORDS;
    }
    text += encodeRecord(kind, region.id, page, requester, acks, body, granule);
    this.#texts[to] = text;
    if (text.length < EAGER_UNITS && this.#bytes[to]! < EAGER_BYTES) return;
    this.flushTo(to);
    this.#port.flush();
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
    this.#bytes[to] = 0;
  }

  /** A page as a one-byte string: of the ways to put it inside a message, the cheapest (docs/MEASURED.md). */
  #sendPageFrame(to: number, bytes: Uint8Array, at: number, length: number): void {
    this.flushTo(to);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString("latin1");
    this.#port.send(to, PAGE + text, MessageClass.Response);
  }
}
