import type { WaitReason } from "@isles/base";
import type { Port, Receiver } from "@isles/transport";

export interface EndpointOptions {
  readonly sites: number;
  /** Whether this thread may block: true on sites, false on the launcher. */
  readonly mayBlock: boolean;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Told of an error in the protocol itself: the cluster must end. */
  readonly onBroken: (error: Error) => void;
  /** Makes the endpoint's port, which delivers to the receiver given. */
  readonly connect: (receiver: Receiver) => Port;
}

/** The wait that an endpoint's thread is in. */
export interface BlockedOn {
  /** Another number after every piece of program code: as long as it stays the same, the site has done nothing but serve. */
  readonly wait: number;
  readonly label: string;
  /** None if the wait may end by itself. */
  readonly reason: WaitReason | undefined;
}

/** Program code that has no thread of its own (processes): the thread runs it in its event loop, and in waits that last. */
export interface Background {
  /** Something could run now. */
  isWaiting(): boolean;
  /** How long a wait that begins now must last, in milliseconds, before it leaves the thread to that. */
  leavesAfterMs(): number;
  /** Runs some of it, for about a millisecond. */
  run(): void;
}
