/** Signed numbers that reach an endpoint's number or a count of endpoints: one byte each where that is enough. */
export function signedFor(endpoints: number, length: number): Int8Array | Int16Array {
  return endpoints <= 127 ? new Int8Array(length) : new Int16Array(length);
}
