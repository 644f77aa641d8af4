import type { Mail, MailAck, Offer, ToHome, ToSite } from "@isles/migration/internal";

/** A process, as far as a model has one: the messages that it has got, by their contents, which are 1, 2, 3, … */
export interface ProcessState {
  readonly received: number;
  /** Those that its code has taken. */
  readonly consumed: number;
  readonly waiting: readonly number[];
}

/** `isFresh`: no copy has run since the image was made, so it is the process as it is now. */
export interface OfferedImage {
  readonly state: ProcessState;
  readonly isFresh: boolean;
}

/** A checkpoint on its way to the home. The shell's own message: the core only hears of it when it is there. */
export interface CheckpointMessage {
  readonly k: "checkpoint";
  readonly p: number;
  readonly e: number;
  readonly state: ProcessState;
}

export type AnyMessage =
  | ToSite<ProcessState>
  | ToHome
  | Offer<OfferedImage>
  | Mail<number>
  | MailAck
  | CheckpointMessage;

/** The only process. */
export const PROCESS = 0;

/** Kinds in the order of their numbers, each with what it carries besides the epoch. */
const layout: Readonly<Record<AnyMessage["k"], readonly string[]>> = {
  start: ["source"],
  reserve: [],
  move: ["next", "to"],
  commit: [],
  resume: ["next"],
  drop: [],
  settle: ["from"],
  started: [],
  refused: [],
  ready: [],
  stuck: ["next"],
  prepared: ["received"],
  absent: [],
  ended: [],
  offer: ["image"],
  mail: ["seq", "message"],
  ack: ["received"],
  checkpoint: ["state"],
};
export const messageKinds = Object.keys(layout) as readonly AnyMessage["k"][];
const numberOf = new Map(messageKinds.map((kind, number) => [kind, number]));

/** A message as words: its kind and epoch first; an image's freshness third, see {@link makeStale}. */
export function packMessage(message: AnyMessage): number[] {
  const words = [numberOf.get(message.k) as number, message.e];
  switch (message.k) {
    case "start":
      packState(message.source, words);
      break;
    case "checkpoint":
      packState(message.state, words);
      break;
    case "offer":
      words.push(message.image.isFresh ? 1 : 0);
      packState(message.image.state, words);
      break;
    default:
      for (const field of layout[message.k]) words.push((message as unknown as Record<string, number>)[field]);
  }
  return words;
}

/** An offer that is under way shows the process as it was. */
export function makeStale(words: number[]): void {
  if (messageKinds[words[0]] === "offer") words[2] = 0;
}

export function unpackMessage(words: readonly number[]): AnyMessage {
  const k = messageKinds[words[0]];
  const head = { k, p: PROCESS, e: words[1] };
  if (k === "start") return { ...head, k, source: unpackState(words, 2).state };
  if (k === "checkpoint") return { ...head, k, state: unpackState(words, 2).state };
  if (k === "offer") return { ...head, k, image: { isFresh: words[2] === 1, state: unpackState(words, 3).state } };
  const fields = Object.fromEntries(layout[k].map((field, i) => [field, words[2 + i]]));
  return { ...head, ...fields, bytes: 1, why: "it cannot", outcome: undefined } as AnyMessage;
}

export function packState(state: ProcessState, out: number[]): void {
  out.push(state.received, state.consumed, state.waiting.length, ...state.waiting);
}

export function unpackState(words: ArrayLike<number>, at: number): { state: ProcessState; end: number } {
  const end = at + 3 + words[at + 2];
  const waiting: number[] = [];
  for (let i = at + 3; i < end; i++) waiting.push(words[i]);
  return { state: { received: words[at], consumed: words[at + 1], waiting }, end };
}

/** The lost site that a packed `settle` is about; -1 for any other message. */
export function settledFrom(words: readonly number[]): number {
  return messageKinds[words[0]] === "settle" ? words[2] : -1;
}

/** A message in words: `offer 2`. */
export function describeHandoffMessage(words: readonly number[]): string {
  const k = messageKinds[words[0]];
  const copy = `${k} ${words[1]}`;
  switch (k) {
    case "move":
      return `${copy} to site ${words[3]} as ${words[2]}`;
    case "resume":
    case "stuck":
      return `${copy} (not as ${words[2]})`;
    case "prepared":
    case "ack":
      return `${copy} (received ${words[2]})`;
    case "mail":
      return `message ${words[2]} for ${words[1]}`;
    case "offer":
      return `${copy} (received ${words[3]}${words[2] === 1 ? "" : ", stale"})`;
    case "start":
    case "checkpoint":
      return `${copy} (received ${words[2]})`;
    default:
      return copy;
  }
}
