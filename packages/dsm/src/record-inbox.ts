import { assert } from "@isles/base";
import { carriesPage, type Kind } from "@isles/coherence";
import type { Port } from "@isles/transport";
import { Body, localByteOrder, RECORD_UNITS, RecordReader, swapByteOrder } from "@isles/wire";
import type { Region } from "./region.ts";

/** Finds regions for the inbox. */
export interface RegionTable {
  regionOf(id: number): Region | undefined;
  /** Bytes of the body of a record for a region that was freed (what still arrives for it is dropped); undefined if none was. */
  freedBodyBytes(id: number, kind: Kind, acks: number): number | undefined;
}

/**
 * Protocol records as they come in. A page body is fetched when the controller asks for it (`body`) and given back
 * unread when it does not: bodies of a ring are taken in order, wanted or not.
 */
export class RecordInbox {
  readonly #port: Port;
  readonly #table: RegionTable;
  readonly #record = new RecordReader();
  /** Page frames whose record has not come yet, per sender. */
  readonly #frames: string[][];
  /** Requests for regions that the launcher has not announced here yet: another site may know them earlier. */
  readonly #early = new Map<number, (() => void)[]>();
  /** Pages that have come from each endpoint. */
  readonly pagesFrom: Uint32Array;
  /** When so many more have come, `onPages` is called once. */
  pagesLeft = Infinity;
  onPages: (() => void) | undefined;
  #from = -1;
  #bodyPending = false;

  constructor(port: Port, table: RegionTable) {
    this.#port = port;
    this.#table = table;
    this.pagesFrom = new Uint32Array(port.endpoints);
    this.#frames = Array.from({ length: port.endpoints }, () => []);
  }

  pageFrame(from: number, text: string): void {
    this.#frames[from]!.push(text);
  }

  /** Delivers the records of one frame; the first code unit is the service. */
  records(from: number, text: string): void {
    const record = this.#record;
    for (let at = 1; at < text.length; at += RECORD_UNITS) {
      record.read(text, at);
      const region = this.#table.regionOf(record.region);
      this.#from = from;
      this.#bodyPending = record.body === Body.Ring || record.body === Body.Frame;
      if (region !== undefined) {
        region.receive(record.kind as Kind, record.page, from, record.requester, record.acks);
        if (this.#bodyPending) this.#takeBody(region.bodyBytes(record.kind as Kind, record.acks), null, 0);
        continue;
      }
      const freed = this.#table.freedBodyBytes(record.region, record.kind as Kind, record.acks);
      if (freed === undefined) this.#keepRecord(record, from);
      else if (this.#bodyPending) this.#takeBody(freed, null, 0);
    }
  }

  /** The region exists now: what came too early for it is delivered. */
  announced(region: Region): void {
    const early = this.#early.get(region.id);
    if (early === undefined) return;
    this.#early.delete(region.id);
    for (const deliver of early) deliver();
  }

  /**
   * The controller wants the body of the record being delivered. Nothing to do when it is in place already. A page is a whole
   * number of elements; where the sender's bytes are the other way round, they are turned as they come.
   */
  body(region: Region, page: number): void {
    if (!this.#bodyPending) return;
    const { bytes, pageSize } = region;
    this.#takeBody(pageSize, bytes, page * pageSize);
    if (this.#record.order === localByteOrder) return;
    swapByteOrder(bytes, page * pageSize, pageSize, region.view.BYTES_PER_ELEMENT);
  }

  /**
   * The same, `length` bytes to the beginning of `into`: pages of elements of so many bytes, which are turned if the sender's
   * are the other way round; what is no page (undefined) has a byte order of its own.
   */
  bodyInto(into: Uint8Array, length: number, elementBytes: number | undefined): void {
    assert(this.#bodyPending, "a record without the body that its kind has");
    this.#takeBody(length, into, 0);
    if (this.#record.order === localByteOrder) return;
    assert(elementBytes !== undefined, "a diff from a machine of the other byte order, which this version cannot read");
    swapByteOrder(into, 0, length, elementBytes);
  }

  #takeBody(length: number, into: Uint8Array | null, at: number): void {
    this.#bodyPending = false;
    this.pagesFrom[this.#from]!++;
    if (--this.pagesLeft === 0) this.onPages?.();
    const record = this.#record;
    if (record.body === Body.Ring) {
      this.#port.takeBody(this.#from, record.granule, length, into, at);
      return;
    }
    const frame = this.#frames[this.#from]!.shift()!;
    if (into !== null) Buffer.from(into.buffer, into.byteOffset + at, length).write(frame.slice(1), "latin1");
  }

  /** Keeps a message for a region that is not announced here yet. */
  keepEarly(region: number, deliver: () => void): void {
    const early = this.#early.get(region);
    if (early === undefined) this.#early.set(region, [deliver]);
    else early.push(deliver);
  }

  #keepRecord({ region: id, kind, page, requester, acks }: RecordReader, from: number): void {
    assert(!carriesPage(kind as Kind), `a page body for region ${id}, which was never announced here`);
    this.keepEarly(id, () => this.#table.regionOf(id)?.receive(kind as Kind, page, from, requester, acks));
  }
}
