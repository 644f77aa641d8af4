import { ByteOrder, localByteOrder } from "./byte-order.ts";

/**
 * Protocol records on the wire: seven 16-bit code units of a string.
 *
 * Why a string: posting a short string is the cheapest structured clone there is (docs/MEASURED.md: half the price of an
 * array of numbers), strings concatenate without copying, and code units above 0xff only choose V8's two-byte form.
 *
 * | unit | bits | meaning |
 * |---|---|---|
 * | 0 | 0–3 kind, 4–5 body, 6 byte order, 7–15 region, high | what it is, where its page body travels, how to read that |
 * | 1 | 16 | region, low (25 bits in all) |
 * | 2, 3 | 32 | page within the region |
 * | 4 | 16 | requester |
 * | 5 | 16 | number of InvAcks to wait for |
 * | 6 | 16 | body's place in the ring, in granules |
 */
export const RECORD_UNITS = 7;

/** Where the page body of a record is. */
export const Body = {
  /** The record has none. */
  None: 0,
  /** In the sender's ring to this receiver, at the record's granule. */
  Ring: 1,
  /** In the page frame that was sent just before (the ring was full). */
  Frame: 2,
  /** The same bytes as the record before, which already put them in place. */
  Same: 3,
} as const;
export type Body = (typeof Body)[keyof typeof Body];

/** Region numbers are never reused; 2²⁵ of them last as long as a cluster does. */
export const MAX_REGIONS = 1 << 25;

/** `order`: the byte order of the numbers in the record's body, if it has one. */
export function encodeRecord(
  kind: number,
  region: number,
  page: number,
  requester: number,
  acks: number,
  body: Body,
  granule: number,
  order: ByteOrder = localByteOrder,
): string {
  return String.fromCharCode(
    kind | (body << 4) | (order << 6) | ((region >>> 16) << 7),
    region & 0xffff,
    page & 0xffff,
    page >>> 16,
    requester,
    acks,
    granule,
  );
}

/** A record being decoded; one instance is reused for all, since a receiver handles one record at a time. */
export class RecordReader {
  kind = 0;
  region = 0;
  page = 0;
  requester = 0;
  acks = 0;
  body: Body = Body.None;
  granule = 0;
  order: ByteOrder = ByteOrder.Little;

  /** Reads the record whose first unit is at `at`. */
  read(text: string, at: number): void {
    const head = text.charCodeAt(at);
    this.kind = head & 15;
    this.body = ((head >>> 4) & 3) as Body;
    this.order = ((head >>> 6) & 1) as ByteOrder;
    this.region = ((head >>> 7) << 16) | text.charCodeAt(at + 1);
    this.page = (text.charCodeAt(at + 2) | (text.charCodeAt(at + 3) << 16)) >>> 0;
    this.requester = text.charCodeAt(at + 4);
    this.acks = text.charCodeAt(at + 5);
    this.granule = text.charCodeAt(at + 6);
  }
}
