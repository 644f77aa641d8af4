/** The order of the bytes within a number: what raw bytes of numbers must say when they travel. */
export const ByteOrder = { Little: 0, Big: 1 } as const;
export type ByteOrder = (typeof ByteOrder)[keyof typeof ByteOrder];

/** This machine's. */
export const localByteOrder: ByteOrder =
  new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? ByteOrder.Little : ByteOrder.Big;

/** Turns `length` bytes from `at` on, numbers of `elementBytes` (1, 2, 4 or 8) each, into the other byte order, in place. */
export function swapByteOrder(bytes: Uint8Array, at: number, length: number, elementBytes: number): void {
  const part = Buffer.from(bytes.buffer, bytes.byteOffset + at, length);
  if (elementBytes === 2) part.swap16();
  else if (elementBytes === 4) part.swap32();
  else if (elementBytes === 8) part.swap64();
}
