/**
 * How the hot messages of the synchronisation services are written: one letter, then numbers, then at most one name.
 * Every code unit stays below 256, so the string is one byte per unit in V8 and the cheapest thing a port can carry.
 */

/** Code units per number: 1 below 2^7, 3 below 2^21, 8 for the largest safe integer. Little end first, high bit = more follows. */
export function num(value: number): string {
  if (value < 0x80) return String.fromCharCode(value);
  if (value < 0x4000) return String.fromCharCode((value & 0x7f) | 0x80, value >> 7);
  let text = "";
  let left = value;
  while (left >= 0x80) {
    text += String.fromCharCode((left % 0x80) + 0x80);
    left = Math.floor(left / 0x80);
  }
  return text + String.fromCharCode(left);
}

/** Reads what {@link num} wrote, from after the message's letter on. */
export class Reader {
  readonly text: string;
  #at: number;

  constructor(text: string, at = 1) {
    this.text = text;
    this.#at = at;
  }

  num(): number {
    let unit = this.text.charCodeAt(this.#at++);
    if (unit < 0x80) return unit;
    let value = unit & 0x7f;
    let scale = 0x80;
    do {
      unit = this.text.charCodeAt(this.#at++);
      if (Number.isNaN(unit)) throw new Error(`cut short: ${JSON.stringify(this.text)}`);
      value += (unit & 0x7f) * scale;
      scale *= 0x80;
    } while (unit >= 0x80);
    return value;
  }

  /** The next `length` code units. */
  take(length: number): string {
    const text = this.text.slice(this.#at, this.#at + length);
    this.#at += length;
    return text;
  }

  get more(): boolean {
    return this.#at < this.text.length;
  }

  rest(): string {
    return this.text.slice(this.#at);
  }
}

/** Any number, exactly: its shortest decimal text (which JavaScript reads back bit by bit, but for the sign of -0), counted. */
export function numberText(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return num(text.length) + text;
}

export function readNumber(reader: Reader): number {
  return Number(reader.take(reader.num()));
}

/**
 * What a name of a run is called on the wire and in every table. The number ends itself, so no two (group, name) pairs
 * share a key, and "starts with num(group)" picks exactly the keys of that group.
 */
export function keyOf(group: number, name: string): string {
  return num(group) + name;
}

/** The name inside a key, for messages to people. */
export function nameOf(key: string): string {
  const reader = new Reader(key, 0);
  reader.num();
  return reader.rest();
}

export function groupOf(key: string): number {
  return new Reader(key, 0).num();
}

/** Forgets every entry of a run. */
export function dropGroup(table: Map<string, unknown>, group: number): void {
  const prefix = num(group);
  for (const key of table.keys()) if (key.startsWith(prefix)) table.delete(key);
}

/** The site that decides about a name: FNV-1a (Fowler, Noll, Vo), 32 bits, over the name's code units. */
export function homeOf(name: string, sites: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % sites;
}

/** One number for (site, request), so that managers need no nested maps. A cluster has fewer than 65,536 endpoints. */
export function requestKey(site: number, req: number): number {
  return req * 0x10000 + site;
}
