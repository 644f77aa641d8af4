import type { Completion } from "@isles/base";
import { Service } from "@isles/transport";
import type { Calls } from "./calls.ts";
import type { Codec, CollectiveValue } from "./collective-values.ts";
import type { EndedGroups } from "./ended-groups.ts";
import { type Absence, Gather } from "./gather.ts";
import { rootSite } from "./roster.ts";
import { groupOf, num, numberText, Reader, readNumber } from "./text.ts";
import type { Waits } from "./waits.ts";

type Operator = (a: unknown, b: unknown) => unknown;

interface Piece {
  /** As the codec encoded it, unless it is a number that came as text. */
  readonly value: unknown;
  readonly isPlain: boolean;
  /** Number of the root's operator, in the root's own piece; else 0. */
  readonly op: number;
}

/**
 * Reduction to everybody: every site sends its value to the root, which folds them in site order with the operator of its own
 * call (functions do not travel) and sends everybody the result. The operator runs where the last value arrives, inside the
 * root's message handling: it must not wait for anything. A call let go by a failure is taken back: `V key`, answered `Z key`.
 */
export class Reduce {
  readonly gather: Gather<Piece>;
  readonly #waits: Waits;
  readonly #calls: Calls<unknown>;
  readonly #codec: Codec;
  /** The root's operators of rounds not yet folded, by the number their piece carries. */
  readonly #operators = new Map<number, { readonly apply: Operator; readonly group: number }>();
  #lastOperator = 0;

  constructor(options: { waits: Waits; calls: Calls<unknown>; codec: Codec; ended: EndedGroups }) {
    this.#waits = options.waits;
    this.#calls = options.calls;
    this.#codec = options.codec;
    const out = {
      complete: (key: string, pieces: readonly Piece[]) => this.#complete(key, pieces),
      refuse: (key: string, site: number, piece: Piece, absence: Absence) => {
        this.#operators.delete(piece.op);
        this.#send(site, { k: "hopeless", kind: "reduce", key, ...absence });
      },
      withdrawn: (key: string, site: number, piece: Piece) => {
        this.#operators.delete(piece.op);
        this.#waits.host.sendText(site, Service.Collective, "Z" + key);
      },
    };
    this.gather = new Gather(options.waits.host.sites, out, options.ended);
  }

  contribute(name: string, value: unknown, apply: Operator): Completion<unknown> {
    const { host } = this.#waits;
    const { key, completion } = this.#calls.open(name, (one) => host.sendText(rootSite, Service.Collective, "V" + one));
    let op = 0;
    if (host.self === rootSite) {
      op = ++this.#lastOperator;
      this.#operators.set(op, { apply, group: groupOf(key) });
    }
    try {
      if (typeof value === "number")
        host.sendText(rootSite, Service.Collective, "P" + num(op) + numberText(value) + key);
      else this.#send(rootSite, { k: "part", key, value: this.#codec.encode(value), op });
    } catch (error) {
      // Not sent, so never answered: a value that cannot travel is the caller's error alone.
      this.#calls.withdraw(key);
      this.#operators.delete(op);
      completion.reject(error);
    }
    return completion;
  }

  /** At the root. */
  arrived(from: number, part: CollectiveValue & { k: "part" }): void {
    this.gather.arrive(part.key, from, { value: part.value, isPlain: false, op: part.op });
  }

  /** At the root: a number, `P op number key`. Text costs half of what a structured clone does. */
  arrivedAsText(from: number, text: string): void {
    const reader = new Reader(text);
    const op = reader.num();
    const value = readNumber(reader);
    this.gather.arrive(reader.rest(), from, { value, isPlain: true, op });
  }

  /** A number, `Q number key`. */
  resultAsText(text: string): void {
    const reader = new Reader(text);
    const value = readNumber(reader);
    this.#calls.answered(reader.rest())?.completion.resolve(value);
  }

  result(key: string, value: unknown): void {
    this.#calls.answered(key)?.completion.resolve(this.#codec.decode(value));
  }

  thrown(key: string, error: unknown): void {
    this.#calls.answered(key)?.completion.reject(error);
  }

  groupEnded(group: number): void {
    this.gather.groupEnded(group);
    for (const [op, { group: owner }] of this.#operators) if (owner === group) this.#operators.delete(op);
  }

  get size(): number {
    return this.#operators.size + this.gather.size;
  }

  #complete(key: string, pieces: readonly Piece[]): void {
    try {
      const folded = this.#fold(pieces);
      if (typeof folded === "number") this.#sendNumber(key, folded);
      else this.#sendAll({ k: "result", key, value: this.#codec.encode(folded) });
    } catch (error) {
      this.#fail(key, error);
    }
  }

  #fold(pieces: readonly Piece[]): unknown {
    const op = (pieces[rootSite] as Piece).op;
    const operator = this.#operators.get(op);
    this.#operators.delete(op);
    if (operator === undefined) throw new Error("the root's operator of this reduction is gone");
    let folded = this.#valueOf(pieces[0] as Piece);
    for (let site = 1; site < pieces.length; site++) {
      folded = operator.apply(folded, this.#valueOf(pieces[site] as Piece));
    }
    return folded;
  }

  #valueOf(piece: Piece): unknown {
    return piece.isPlain ? piece.value : this.#codec.decode(piece.value);
  }

  #sendNumber(key: string, value: number): void {
    const { host } = this.#waits;
    const text = "Q" + numberText(value) + key;
    for (let site = host.sites - 1; site >= 0; site--) host.sendText(site, Service.Collective, text);
  }

  /** What was thrown may itself not be able to travel. */
  #fail(key: string, error: unknown): void {
    try {
      this.#sendAll({ k: "thrown", key, error });
    } catch {
      this.#sendAll({ k: "thrown", key, error: new Error(error instanceof Error ? error.message : String(error)) });
    }
  }

  /** A value that cannot be cloned throws at the first send, when nobody has been sent anything. */
  #sendAll(answer: CollectiveValue): void {
    for (let site = this.#waits.host.sites - 1; site >= 0; site--) this.#send(site, answer);
  }

  #send(to: number, value: CollectiveValue): void {
    this.#waits.host.sendValue(to, Service.Collective, value);
  }
}
