import type { ByReference } from "../src/by-reference.ts";
import type { Stub } from "../src/types.ts";

// Services for the tests of the types: one of each kind of method, parameter and result.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface File {
  read(start?: number): Uint8Array;
  lines(): AsyncIterable<string>;
  parent(): ByReference<Directory>;
  /** Would hide the promise's own. */
  finally(): number;
}

export interface Directory {
  open(path: string): ByReference<File>;
  entries(): string[];
}

export interface Service {
  increment(by: number): number;
  later(text: string): Promise<boolean>;
  nothing(): void;
  mayHave(n?: number): string;
  many(first: string, ...rest: number[]): bigint;
  point(at: Point): Point;
  optional?(n: number): number;
  property: (n: number) => string;
  generic<T>(value: T): T[];
  overloaded(a: string): string;
  overloaded(a: number): number;
  open(path: string): Promise<ByReference<File>>;
  length(file: Stub<File>): number;
  adder(n: number): (m: number) => number;
  watch(onChange: (value: number, at: Point) => void): () => void;
  ask(question: (n: number) => string): string;
  list(prefix: string): AsyncGenerator<Point>;
  count(to: number): Generator<number, string, undefined>;
  consume(values: AsyncIterable<number>): Promise<number>;
  readonly version: number;
  then(resolve: () => void): void;
  toString(): string;
  [Symbol.dispose](): void;
}

export class Account {
  /** Makes the class nominal. */
  #balance = 0;
  private log: string[] = [];
  protected limit = 100;
  owner = "nobody";
  deposit(amount: number): number {
    this.note(amount);
    this.#balance += Math.min(amount, this.limit);
    return this.#balance;
  }
  async history(): Promise<readonly string[]> {
    return this.log;
  }
  private note(amount: number): void {
    this.log.push(`${this.owner}: ${amount}`);
  }
}

/** A class like SharedArray: nominal, with methods, not a service. */
export class Handle<T> {
  readonly #value: T;
  constructor(value: T) {
    this.#value = value;
  }
  get(): T {
    return this.#value;
  }
}

export const service = { add: (a: number, b: number) => a + b, name: "calculator" };
