/** What the explorer needs to know of a system: it has one state at a time, and named steps between states. */
export interface Model {
  /** The initial state's key; puts the model there. */
  initial(): string;
  /** Put the model into a state it gave the key of. */
  restore(key: string): void;
  /** Equal keys = equal states. */
  key(): string;
  /** The enabled steps of the present state, as numbers that mean the same in every state. */
  steps(): readonly number[];
  /** Take a step; throws Violation or ProtocolError. */
  take(step: number): void;
  /** Check the present state; throws Violation. */
  check(): void;
  /** Nobody waits for anything. */
  isQuiescent(): boolean;
  /** Does the system owe this step (a delivery, a release)? Otherwise it is a program's free choice. */
  isOwed(step: number): boolean;
  /** The duty (a channel, a span's end) that an owed step does. */
  dutyOf(step: number): number;
  /** The duties that are due in the present state. */
  duties(): readonly number[];
  /** How many waiters (sites) there are, and whether one waits in the present state. */
  readonly waiters: number;
  isWaiting(waiter: number): boolean;
  /** A step and the present state in words. */
  describeStep(step: number): string;
  describe(): string;
  /** Figures to report, measured over all states. */
  measures(): Readonly<Record<string, number>>;
}
