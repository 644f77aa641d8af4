import { type Model, verify } from "@isles/model-checker";
import { describe, expect, test } from "vitest";

/** A graph written down: edges by state, as [step, to]; steps from 100 on are the program's choice. */
class WrittenModel implements Model {
  #at = 0;
  readonly waiters = 1;
  readonly #edges: readonly (readonly (readonly [step: number, to: number])[])[];
  readonly #waiting: readonly number[];

  constructor(edges: readonly (readonly (readonly [number, number])[])[], waiting: readonly number[]) {
    this.#edges = edges;
    this.#waiting = waiting;
  }

  initial = (): string => "0";
  key = (): string => String(this.#at);
  restore = (key: string): void => {
    this.#at = Number(key);
  };
  steps = (): readonly number[] => this.#edges[this.#at].map(([step]) => step);
  take = (step: number): void => {
    this.#at = this.#edges[this.#at].find(([s]) => s === step)?.[1] ?? -1;
  };
  check = (): void => {};
  isQuiescent = (): boolean => !this.isWaiting();
  isOwed = (step: number): boolean => step < 100;
  dutyOf = (step: number): number => step;
  duties = (): readonly number[] => this.steps().filter(this.isOwed);
  isWaiting = (): boolean => this.#waiting.includes(this.#at);
  describeStep = (step: number): string => `step ${step}`;
  describe = (): string => `state ${this.#at}`;
  measures = () => ({});
}

const verdictOf = (edges: readonly (readonly (readonly [number, number])[])[], waiting: readonly number[]) =>
  verify(new WrittenModel(edges, waiting), { statesMax: 100 }).counterexample?.invariant ?? "sound";

describe("what the explorer calls a wait for ever", () => {
  test("an end where somebody waits is stuck, one where nobody does is not", () => {
    expect(verdictOf([[[1, 1]], []], [0])).toBe("sound");
    expect(verdictOf([[[1, 1]], []], [1])).toBe("stuck");
  });

  test("a waiter with nothing but free choices is stuck, even if others go on", () => {
    expect(verdictOf([[[100, 0]]], [0])).toBe("stuck");
  });

  test("owed steps that go round are a livelock", () => {
    expect(verdictOf([[[1, 1]], [[2, 0]]], [])).toBe("livelock");
  });

  test("going round without the step that helps is unfair, so no starvation", () => {
    const edges = [
      [
        [100, 1],
        [1, 2],
      ],
      [
        [101, 0],
        [1, 2],
      ],
      [],
    ] as const;
    expect(verdictOf(edges, [0, 1])).toBe("sound");
  });

  test("going round with every duty done is starvation", () => {
    const edges = [
      [
        [100, 1],
        [1, 2],
      ],
      [[1, 0]],
      [],
    ] as const;
    expect(verdictOf(edges, [0, 1])).toBe("starvation");
  });
});
