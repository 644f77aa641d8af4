import type { SyncLuggage } from "@isles/dsm";
import type {
  Mail,
  MailAck,
  MeterImage,
  Offer,
  PolicyName,
  ProcessImage,
  ToHome,
  ToSite,
  Traits,
} from "@isles/migration/internal";
import type { Packed, WireError } from "@isles/wire";

/** What a process is, wherever it is. */
export interface ProcessMeta {
  /** The name that the program exports it by. */
  readonly name: string;
  readonly policy: PolicyName;
  /** What it would like to have where it runs. */
  readonly preferred: Traits;
}

/** What a copy is made from. */
export type Source = { readonly meta: ProcessMeta } & (
  | { readonly kind: "spawn"; readonly args: Packed }
  | { readonly kind: "checkpoint"; readonly bytes: Uint8Array }
);

/** What a process waits for, as it travels. */
export interface Waiting {
  readonly kind: "message";
  /** Milliseconds since 1970, or Infinity. */
  readonly until: number;
}

/** A suspended process on its way. */
export interface Parcel {
  readonly meta: ProcessMeta;
  readonly image: ProcessImage;
  /** What it holds whether or not the image shows it. */
  readonly luggage: SyncLuggage;
  /** `{ mail, input }`: messages that it has not taken, and what its `yield` is about to give. Undefined if that is nothing. */
  readonly extra: Packed | undefined;
  readonly inputThrows: boolean;
  readonly waiting: Waiting | undefined;
  /** Messages that have reached it so far. */
  readonly received: number;
  readonly cpuMs: number;
  /** Of a process that follows its data: what it has learnt, and how long it took to make its image, in milliseconds. */
  readonly following?: (MeterImage & { readonly ms: number }) | undefined;
}

export type Ending =
  | { readonly kind: "returned"; readonly result: Packed }
  | { readonly kind: "threw"; readonly error: WireError }
  | { readonly kind: "killed"; readonly error: WireError | undefined };

/** How a process ended, and what it took, in milliseconds. */
export type Outcome = Ending & { readonly cpuMs: number };

/** What a site says of a process that is there. */
export interface LocalInfo {
  readonly p: number;
  readonly state: "running" | "ready" | "waiting" | "moving";
  readonly cpuMs: number;
  readonly mail: number;
  readonly waitingFor: string | undefined;
  readonly pinnedBy: string | undefined;
}

/** The launcher is the home of every process. `e`: the epoch of the copy that is meant. */
export type HomeToSite =
  | ToSite<Source>
  | Mail<Packed>
  | { readonly k: "kill"; readonly p: number; readonly e: number }
  | { readonly k: "checkpoint"; readonly p: number; readonly e: number; readonly ticket: number }
  /** The move that the process asked for is not made: it goes on here. */
  | { readonly k: "stay"; readonly p: number; readonly e: number }
  /** `pins`: whether to look what pins each process, which takes as long as to save it. */
  | { readonly k: "inspect"; readonly ticket: number; readonly pins: boolean };

export interface Wish {
  readonly to: number | undefined;
  readonly reason: string;
  readonly preferred: Traits;
}

export type SiteToHome =
  | ToHome
  | MailAck
  | {
      readonly k: "checkpointed";
      readonly p: number;
      readonly e: number;
      readonly ticket: number;
      readonly bytes: Uint8Array;
      readonly received: number;
    }
  | {
      readonly k: "uncheckpointed";
      readonly p: number;
      readonly e: number;
      readonly ticket: number;
      readonly why: string;
    }
  /** Its policy wants it elsewhere; it does not go on before it has heard. `to`: without it, wherever what it prefers is. */
  | { readonly k: "wish"; readonly p: number; readonly e: number; readonly wish: Wish }
  | { readonly k: "inspected"; readonly ticket: number; readonly processes: readonly LocalInfo[] };

export type ProcessMessage = HomeToSite | SiteToHome | Offer<Parcel>;
