import { type Message, type Port, Service } from "@isles/transport";
import { RECORD_UNITS, swapByteOrder } from "@isles/wire";
import { describe, expect, it } from "vitest";
import { type ElementType, elementTypes } from "../src/elements.ts";
import type { SharedArray } from "../src/index.ts";
import { Mesh } from "./mesh.ts";

const PAGE = 256;
/** Bit 6 of a record's first unit. */
const ORDER_BIT = 1 << 6;

/** What an endpoint says, as a machine of the other byte order would say it. What it hears it turns itself, as any does. */
function foreign(port: Port, elementBytes: number): Port {
  const turned = (message: Message): Message => {
    if (typeof message !== "string") return message;
    if (message.charCodeAt(0) === Service.Page) {
      const bytes = Buffer.from(message.slice(1), "latin1");
      swapByteOrder(bytes, 0, bytes.length, elementBytes);
      return message[0] + bytes.toString("latin1");
    }
    if (message.charCodeAt(0) !== Service.Coherence) return message;
    const units = Array.from(message, (_, at) => message.charCodeAt(at));
    for (let at = 1; at < units.length; at += RECORD_UNITS) units[at]! ^= ORDER_BIT;
    return String.fromCharCode(...units);
  };
  return {
    self: port.self,
    endpoints: port.endpoints,
    crowded: port.crowded,
    send: (to, message, messageClass) => port.send(to, turned(message), messageClass),
    post: (to, message, messageClass, transfer) => port.post(to, message, messageClass, transfer),
    flush: () => port.flush(),
    poll: () => port.poll(),
    hasMail: () => port.hasMail(),
    wait: (timeoutMs) => port.wait(timeoutMs),
    putBody: (to, bytes, at, length) => {
      const page = bytes.slice(at, at + length);
      swapByteOrder(page, 0, length, elementBytes);
      return port.putBody(to, page, 0, length);
    },
    takeBody: (from, granule, length, into, at) => port.takeBody(from, granule, length, into, at),
    close: () => port.close(),
  };
}

const types = Object.keys(elementTypes) as ElementType[];

describe("a site of the other byte order", () => {
  // A ring of two bodies: some pages go through it, others in frames.
  it.each(types.flatMap((type) => [2, 0].map((ring) => ({ type, ring }))))(
    "shares $type pages with the others (ring $ring)",
    ({ type, ring }) => {
      const { BYTES_PER_ELEMENT } = elementTypes[type];
      const wrapPort = (port: Port) => (port.self === 1 ? foreign(port, BYTES_PER_ELEMENT) : port);
      const mesh = new Mesh({ sites: 3, ring, wrapPort });
      const length = (PAGE / BYTES_PER_ELEMENT) * 12;
      const arrays = [0, 1, 2].map(
        (site) => mesh.memory(site)[type]("array", length, { pageSize: PAGE }) as unknown as SharedArray<Int32Array>,
      );
      const isBig = type.startsWith("big");
      const numberAt = (index: number) => (isBig ? BigInt(index * 0x1234567) : (index * 7) % 127) as number;
      for (let index = 0; index < length; index++) arrays[index % 3]!.set(index, numberAt(index));
      for (const array of arrays) {
        using span = array.read(); // all pages at once: the ring overflows
        for (let index = 0; index < length; index++) expect(span.view[index]).toBe(numberAt(index));
      }
      const add = (isBig ? 5n : 5) as number;
      const before = arrays[1]!.add(0, add);
      expect(before).toBe(numberAt(0));
      expect(arrays[2]!.add(0, add)).toBe(add);
      expect(arrays[0]!.get(0)).toBe(add + add);
      if (ring > 0) expect(mesh.port(1).ringed).toBeGreaterThan(0);
      expect(mesh.port(1).refused).toBeGreaterThan(0);
    },
  );

  it("is told by the record: without that its numbers would be wrong", () => {
    const wrapPort = (port: Port) => {
      if (port.self !== 1) return port;
      const silent = foreign(port, 4);
      return { ...silent, send: port.send.bind(port) }; // turned bodies in rings, records that do not say so
    };
    const mesh = new Mesh({ sites: 2, wrapPort });
    const [here, there] = [0, 1].map((site) => mesh.memory(site).int32("array", 64, { pageSize: PAGE, home: 0 }));
    there!.set(0, 1);
    expect(here!.get(0)).toBe(0x01000000);
  });
});
