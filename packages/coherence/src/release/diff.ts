import { ProtocolError } from "../protocol-error.ts";

/**
 * What a site wrote to a page since it made the twin, as the body of a Diff.
 *
 * **Granularity**: the array's element. Elements that are as they were are not in the diff, so the writes of others to them
 * stay; an element of which one byte differs is there as a whole, so that nobody ever sees half of one. (A store of the value
 * that was there before makes no difference: harmless where there are no data races.)
 *
 * The body is 32-bit words in the sender's byte order: a head (magic, size of an element), then runs of words that
 * differ. A run begins with a word `first | count << 16`. Elements of 4 and 8 bytes: the words follow. Smaller ones: eight
 * words' masks of four bits each to a word (bit k = byte k counts), then the words as they are; words between with mask 0 are
 * cheaper than another run.
 */
const MAGIC = 0xd1ff0000 | 0;
const HEAD_WORDS = 1;
/** So many equal words in a row end a run of masked words: as many as the next run's head and masks cost. */
const GAP_MAX = 2;

/** No diff of a page of so many bytes is longer, in bytes. */
export function diffBytesMax(pageSize: number): number {
  return pageSize + Math.ceil(pageSize / 32) * 4 + 16;
}

/**
 * Writes the differences between `pageWords` words of `page` from `pageAt` on, and of `twin` from `twinAt` on, into `out`
 * (of {@link diffBytesMax} bytes). Returns the diff's length in words; 0 if nothing differs.
 *
 * `elementSize`: 1, 2, 4 or 8 bytes; pages begin at a multiple of it.
 */
export function encodeDiff(
  page: Int32Array,
  pageAt: number,
  twin: Int32Array,
  twinAt: number,
  pageWords: number,
  elementSize: number,
  out: Int32Array,
): number {
  let length = HEAD_WORDS;
  if (elementSize === 8) length = encodePairs(page, pageAt, twin, twinAt, pageWords, out);
  else if (elementSize === 4) length = encodeWords(page, pageAt, twin, twinAt, pageWords, out);
  else length = encodeMasked(page, pageAt, twin, twinAt, pageWords, elementSize, out);
  if (length === HEAD_WORDS) return 0;
  out[0] = MAGIC | elementSize;
  return length;
}

/** The first word from `from` on that differs, or `pageWords`. Eight at a time: most pages are mostly as they were. */
function nextDifference(
  page: Int32Array,
  pageAt: number,
  twin: Int32Array,
  twinAt: number,
  from: number,
  pageWords: number,
): number {
  let word = from;
  for (; word + 8 <= pageWords; word += 8) {
    const p = pageAt + word;
    const t = twinAt + word;
    const differs =
      (page[p] ^ twin[t]) |
      (page[p + 1] ^ twin[t + 1]) |
      (page[p + 2] ^ twin[t + 2]) |
      (page[p + 3] ^ twin[t + 3]) |
      (page[p + 4] ^ twin[t + 4]) |
      (page[p + 5] ^ twin[t + 5]) |
      (page[p + 6] ^ twin[t + 6]) |
      (page[p + 7] ^ twin[t + 7]);
    if (differs !== 0) break;
  }
  while (word < pageWords && page[pageAt + word] === twin[twinAt + word]) word++;
  return word;
}

function encodePairs(
  page: Int32Array,
  pageAt: number,
  twin: Int32Array,
  twinAt: number,
  pageWords: number,
  out: Int32Array,
): number {
  let length = HEAD_WORDS;
  let word = 0;
  while (true) {
    word = nextDifference(page, pageAt, twin, twinAt, word, pageWords) & ~1; // the pair that it is in
    if (word === pageWords) return length;
    const head = length++;
    let end = word;
    do {
      out[length++] = page[pageAt + end];
      out[length++] = page[pageAt + end + 1];
      end += 2;
    } while (
      end < pageWords &&
      (page[pageAt + end] !== twin[twinAt + end] || page[pageAt + end + 1] !== twin[twinAt + end + 1])
    );
    out[head] = word | ((end - word) << 16);
    word = end;
  }
}

function encodeWords(
  page: Int32Array,
  pageAt: number,
  twin: Int32Array,
  twinAt: number,
  pageWords: number,
  out: Int32Array,
): number {
  let length = HEAD_WORDS;
  let word = 0;
  while (true) {
    word = nextDifference(page, pageAt, twin, twinAt, word, pageWords);
    if (word === pageWords) return length;
    const head = length++;
    let end = word;
    do {
      out[length++] = page[pageAt + end];
      end++;
    } while (end < pageWords && page[pageAt + end] !== twin[twinAt + end]);
    out[head] = word | ((end - word) << 16);
    word = end;
  }
}

function encodeMasked(
  page: Int32Array,
  pageAt: number,
  twin: Int32Array,
  twinAt: number,
  pageWords: number,
  elementSize: number,
  out: Int32Array,
): number {
  let length = HEAD_WORDS;
  let word = 0;
  while (true) {
    word = nextDifference(page, pageAt, twin, twinAt, word, pageWords);
    if (word === pageWords) return length;
    let last = word;
    for (let at = word + 1; at < pageWords && at - last <= GAP_MAX + 1; at++) {
      if (page[pageAt + at] !== twin[twinAt + at]) last = at;
    }
    const count = last - word + 1;
    out[length++] = word | (count << 16);
    length = putMasks(page, pageAt + word, twin, twinAt + word, count, elementSize, out, length);
    for (let at = word; at <= last; at++) out[length++] = page[pageAt + at];
    word = last + 1;
  }
}

function putMasks(
  page: Int32Array,
  pageAt: number,
  twin: Int32Array,
  twinAt: number,
  count: number,
  elementSize: number,
  out: Int32Array,
  at: number,
): number {
  let length = at;
  let masks = 0;
  for (let i = 0; i < count; i++) {
    const changed = page[pageAt + i] ^ twin[twinAt + i];
    masks |= (elementSize === 1 ? maskOfBytes(changed) : maskOfPairs(changed)) << ((i & 7) * 4);
    if ((i & 7) !== 7 && i !== count - 1) continue;
    out[length++] = masks;
    masks = 0;
  }
  return length;
}

const maskOfBytes = (changed: number): number =>
  ((changed & 0xff) !== 0 ? 1 : 0) |
  ((changed & 0xff00) !== 0 ? 2 : 0) |
  ((changed & 0xff0000) !== 0 ? 4 : 0) |
  ((changed & 0xff000000) !== 0 ? 8 : 0);

const maskOfPairs = (changed: number): number =>
  ((changed & 0xffff) !== 0 ? 3 : 0) | ((changed & 0xffff0000) !== 0 ? 12 : 0);

/** The bits of a word that a mask of four bits takes. */
const bitsOfMask = Int32Array.from({ length: 16 }, (_, mask) =>
  [0, 1, 2, 3].reduce((bits, byte) => bits | ((mask >> byte) & 1 ? 0xff << (byte * 8) : 0), 0),
);

/**
 * Writes a diff of `length` words at the beginning of `diff` into `pageWords` words of `page` from `pageAt` on.
 *
 * Throws ProtocolError, before it writes anything, if it is not a diff of such a page with such elements.
 */
export function applyDiff(
  diff: Int32Array,
  length: number,
  elementSize: number,
  page: Int32Array,
  pageAt: number,
  pageWords: number,
): void {
  checkDiff(diff, length, elementSize, pageWords);
  const isMasked = elementSize < 4;
  for (let at = HEAD_WORDS; at < length; ) {
    const head = diff[at++];
    const count = head >>> 16;
    const to = pageAt + (head & 0xffff);
    if (!isMasked) {
      for (let i = 0; i < count; i++) page[to + i] = diff[at + i];
    } else {
      const masks = at;
      at += (count + 7) >>> 3;
      for (let i = 0; i < count; i++) {
        const bits = bitsOfMask[(diff[masks + (i >>> 3)] >>> ((i & 7) * 4)) & 15];
        page[to + i] = (page[to + i] & ~bits) | (diff[at + i] & bits);
      }
    }
    at += count;
  }
}

/** How many words a run of so many words is long, its head included. */
const runLength = (count: number, elementSize: number): number => 1 + count + (elementSize < 4 ? (count + 7) >>> 3 : 0);

/** Looks at the heads only, so it costs nothing beside the copying. */
function checkDiff(diff: Int32Array, length: number, elementSize: number, pageWords: number): void {
  if (length <= HEAD_WORDS || length > diff.length) refuse(`its length is ${length} words`);
  if (diff[0] !== (MAGIC | elementSize)) {
    refuse(`it begins with 0x${(diff[0] >>> 0).toString(16)}, so it is none of elements of ${elementSize} bytes here`);
  }
  let at = HEAD_WORDS;
  let free = 0;
  while (at < length) {
    const first = diff[at] & 0xffff;
    const count = diff[at] >>> 16;
    if (count === 0 || first < free || first + count > pageWords) {
      refuse(`a run of ${count} words at ${first}, behind ${free}, in a page of ${pageWords}`);
    }
    if (elementSize === 8 && ((first | count) & 1) !== 0) refuse(`a run of ${count} words at ${first} cuts an element`);
    free = first + count;
    at += runLength(count, elementSize);
  }
  if (at !== length) refuse(`its last run ends at word ${at} of ${length}`);
}

function refuse(what: string): never {
  throw new ProtocolError(`a diff that is none: ${what}; sender and receiver must be of one version and byte order`);
}
