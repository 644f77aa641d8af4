import { Kind, kindNames } from "@isles/coherence";

/** A message of a story; `body` is the page's value where one travels. */
export interface StoryMessage {
  readonly kind: Kind;
  readonly page: number;
  readonly requester: number;
  readonly acks: number;
  readonly body: number | null;
}

/** FIFO channels by name, and how to say what goes through them. */
export class StoryChannels {
  readonly #queues = new Map<string, StoryMessage[]>();
  readonly #nameOf: (endpoint: number) => string;

  constructor(nameOf: (endpoint: number) => string) {
    this.#nameOf = nameOf;
  }

  send(from: number, to: number, message: StoryMessage): string {
    const queue = this.#queues.get(`${from} ${to}`) ?? [];
    this.#queues.set(`${from} ${to}`, queue);
    queue.push(message);
    return this.describe(from, to, message);
  }

  take(from: number, to: number): StoryMessage | undefined {
    return this.#queues.get(`${from} ${to}`)?.shift();
  }

  /** The channels that have something, in order of their endpoints. */
  busy(): (readonly [from: number, to: number])[] {
    const names = [...this.#queues]
      .filter(([, queue]) => queue.length > 0)
      .map(([name]) => name.split(" ").map(Number));
    return names.map(([from, to]) => [from, to] as const).sort(([a, b], [c, d]) => a - c || b - d);
  }

  describe(from: number, to: number, { kind, page, requester, acks, body }: StoryMessage): string {
    const forward = kind === Kind.Inv || kind === Kind.FwdGetS || kind === Kind.FwdGetM;
    const details = [
      ...(forward ? [`for ${this.#nameOf(requester)}`] : []),
      ...(kind === Kind.Data || kind === Kind.UpgAck ? [`acks ${acks}`] : []),
      ...(body === null ? [] : [`value ${body}`]),
    ];
    const what = details.length === 0 ? "" : ` (${details.join(", ")})`;
    return `${this.#nameOf(from)} → ${this.#nameOf(to)}  ${kindNames[kind]} page ${page}${what}`;
  }
}
