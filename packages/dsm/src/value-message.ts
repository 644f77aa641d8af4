import type { Service } from "@isles/transport";

/** A value of a service, as it travels. */
export interface ValueMessage {
  readonly s: Service;
  readonly v: unknown;
}

export function valueMessage(service: Service, value: unknown): ValueMessage {
  return { s: service, v: value };
}

/**
 * Keeps the shape alive that such messages have when they come out of a channel. The engine forgets a shape with its last object, and
 * with it what has been compiled for it; these messages are rare, but the code that delivers them delivers everything.
 */
export const shapeOfValues: ValueMessage = structuredClone(valueMessage(0 as Service, {}));
