import type { AnsweredCall, Completion } from "@isles/base";
import { processEnded, runEnded, type Waits } from "./waits.ts";

/** One request of this endpoint that its home has not answered yet. */
export interface Ask<T, X> {
  readonly req: number;
  readonly completion: Completion<T>;
  /** What the service wants to know when the answer comes. */
  readonly extra: X;
  /** This and `call` change when somebody else's wait takes the request over. */
  group: number;
  /** The remote call or process whose code asked; undefined for the run's own function. */
  call: AnsweredCall | undefined;
  /** False once the caller has its timeout, abort or failure: the answer must then be undone, not delivered. */
  wanted: boolean;
}

/**
 * The open requests of one service. Request numbers are never used twice, so an answer that comes too late names nobody.
 * `keep` says whether an abandoned request stays on the table until it is answered (because the answer gives something
 * that must be given back) or goes at once.
 */
export class Asks<T, X> {
  readonly #waits: Waits;
  readonly #keep: boolean;
  readonly #open = new Map<number, Ask<T, X>>();
  #last = 0;

  constructor(waits: Waits, keep: boolean) {
    this.#waits = waits;
    this.#keep = keep;
    waits.requestsOf.push((completion) => {
      for (const ask of this.#open.values()) if (ask.completion === completion) return ask;
      return undefined;
    });
  }

  /** Opens a request; `giveUp` runs when the caller stops waiting before the answer. */
  open(label: string, extra: X, giveUp: (ask: Ask<T, X>) => void): Ask<T, X> {
    const { host } = this.#waits;
    const ask: Ask<T, X> = {
      req: ++this.#last,
      completion: host.pend<T>(label),
      extra,
      group: host.group.id,
      call: this.#waits.answering(),
      wanted: true,
    };
    this.#open.set(ask.req, ask);
    ask.completion.onSettled(() => {
      if (!ask.wanted || this.#open.get(ask.req) !== ask) return;
      ask.wanted = false;
      if (!this.#keep) this.#open.delete(ask.req);
      giveUp(ask);
    });
    return ask;
  }

  /** Takes the request off the table; undefined when it was abandoned and not kept. */
  answered(req: number): Ask<T, X> | undefined {
    const ask = this.#open.get(req);
    this.#open.delete(req);
    return ask;
  }

  peek(req: number): Ask<T, X> | undefined {
    return this.#open.get(req);
  }

  /** Ends what the functions of a run left pending; not what calls under way here wait for. */
  endGroup(group: number): void {
    for (const ask of this.#open.values()) {
      if (ask.group === group && ask.wanted && ask.call?.isOver !== false)
        this.#waits.end(ask.completion, runEnded(ask.completion.label));
    }
  }

  /** The run is over everywhere: its homes have forgotten it and will not answer. */
  dropGroup(group: number): void {
    this.endGroup(group);
    for (const ask of this.#open.values()) if (ask.group === group) this.#open.delete(ask.req);
  }

  /** What the owner still waits for, in words. */
  labelsOf(owner: AnsweredCall): string[] {
    return [...this.#open.values()]
      .filter((ask) => ask.call === owner && ask.wanted)
      .map((ask) => ask.completion.label);
  }

  /** Ends what the owner waits for. */
  endOwner(owner: AnsweredCall): void {
    for (const ask of this.#open.values())
      if (ask.call === owner && ask.wanted) this.#waits.end(ask.completion, processEnded(ask.completion.label));
  }

  get size(): number {
    return this.#open.size;
  }
}
