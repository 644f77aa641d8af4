import { Kind } from "@isles/coherence";
import type { Message } from "./channels.ts";
import * as moving from "./moving-mutants.ts";
import * as pins from "./pins-mutants.ts";
import type { SpansMutation } from "./spans-model.ts";
import { cacheRow, cacheWith, directoryWith, dirRow } from "./table-mutants.ts";

/** A seeded fault, and what must notice it where. */
export interface Mutant {
  readonly name: string;
  readonly configuration: string;
  /** The invariant that its shortest counterexample breaks. */
  readonly caughtBy: string;
  readonly mutation: SpansMutation;
}

const mutant = (name: string, configuration: string, caughtBy: string, mutation: SpansMutation): Mutant => ({
  name,
  configuration,
  caughtBy,
  mutation,
});

/** A fault of the carrier: null loses the message. */
const onSend = (change: (message: Message) => Message | null): SpansMutation => ({ onSend: change });
const moreAcks = (by: number) => (message: Message) =>
  message.acks === 0 ? message : { ...message, acks: message.acks + by };
const without = (kind: Kind) => (message: Message) => (message.kind === kind ? null : message);

const cacheMutants: readonly Mutant[] = [
  mutant("acks Inv in IS_D but stays", "accesses-2", "SWMR", cacheWith(cacheRow("IS_D", "Inv", "IS_D", "sendInvAck"))),
  mutant(
    "keeps the use-once copy of IS_D_I as S",
    "accesses-2",
    "SWMR",
    cacheWith(cacheRow("IS_D_I", "DataO", "S", "fill", "ready")),
  ),
  mutant(
    "stores before the acks of a GetM are in",
    "accesses-3",
    "SWMR",
    cacheWith(cacheRow("IM_AD", "DataPartial", "M", "fill", "ready", "settle")),
  ),
  mutant(
    "stores before the acks of an upgrade are in",
    "accesses-2",
    "value",
    cacheWith(cacheRow("SM_AD", "UpgAckPartial", "M", "ready", "settle")),
  ),
  mutant("keeps SM_AD after Inv", "accesses-2", "SWMR", cacheWith(cacheRow("SM_AD", "Inv", "SM_AD", "sendInvAck"))),
  mutant("acks Inv but keeps S", "accesses-2", "SWMR", cacheWith(cacheRow("S", "Inv", "S", "sendInvAck"))),
  mutant(
    "serves the deferred forward before the waiting store",
    "accesses-2",
    "progress",
    cacheWith(
      cacheRow("IM_AD", "DataO", "M", "fill", "settle", "ready"),
      cacheRow("IM_A", "LastInvAck", "M", "settle", "ready"),
      cacheRow("SM_A", "LastInvAck", "M", "settle", "ready"),
    ),
  ),
  mutant(
    "answers a forward before the grant",
    "accesses-2",
    "SWMR",
    cacheWith(cacheRow("IM_AD", "FwdGetM", "IM_AD", "sendDataO")),
  ),
  mutant("sends no WB", "accesses-2", "stuck", cacheWith(cacheRow("M", "FwdGetS", "S", "lost", "sendDataO"))),
  mutant(
    "sends WB before DataO",
    "accesses-3-co-located",
    "value",
    cacheWith(cacheRow("M", "FwdGetS", "S", "lost", "sendWB", "sendDataO")),
  ),
  mutant(
    "evicts M with PutS",
    "accesses-2",
    "directory",
    cacheWith(cacheRow("M", "Evict", "SI_A", "lost", "sendPutS")),
  ),
  mutant(
    "is I at once when a forward meets its PutM",
    "accesses-2",
    "protocol error",
    cacheWith(cacheRow("MI_A", "FwdGetM", "I", "sendDataO")),
  ),
  mutant(
    "acks a pinned Inv and forgets it",
    "accesses-3-pins",
    "SWMR",
    cacheWith(cacheRow("S", "InvHeld", "S", "sendInvAck")),
  ),
  mutant(
    "lets a pinned M page go",
    "spans-nested-writes",
    "pinned",
    cacheWith(cacheRow("M", "FwdGetMHeld", "I", "lost", "sendDataO")),
  ),
];

const directoryMutants: readonly Mutant[] = [
  mutant(
    "grants M without data to a non-sharer",
    "accesses-2",
    "protocol error",
    directoryWith(dirRow("S", "GetM", "M", "sendUpgAck", "sendInvs", "clearSharers", "setOwner")),
  ),
  mutant(
    "skips S_D",
    "accesses-2",
    "value",
    directoryWith(
      dirRow("M", "GetS", "S", "sendFwdGetS", "addSharer", "addOwnerAsSharer"),
      dirRow("S", "WB", "S", "store", "clearOwner"),
    ),
  ),
  mutant(
    "takes PutM from a former owner",
    "accesses-2",
    "value",
    directoryWith(dirRow("M", "PutMOther", "U", "store", "clearOwner", "sendPutAck")),
  ),
  mutant(
    "drops the data of PutM",
    "accesses-2",
    "value",
    directoryWith(dirRow("M", "PutMOwner", "U", "clearOwner", "sendPutAck")),
  ),
  mutant("forgets a sharer", "accesses-2", "directory", directoryWith(dirRow("S", "GetS", "S", "sendData"))),
  mutant(
    "forgets that the old owner shares",
    "accesses-2",
    "directory",
    directoryWith(dirRow("M", "GetS", "S_D", "sendFwdGetS", "addSharer")),
  ),
  mutant(
    "invalidates nobody",
    "accesses-2",
    "stuck",
    directoryWith(dirRow("S", "UpgSharer", "M", "sendUpgAck", "clearSharers", "setOwner")),
  ),
  mutant(
    "answers GetS in S_D",
    "accesses-3",
    "SWMR",
    directoryWith(dirRow("S_D", "GetS", "S_D", "sendData", "addSharer")),
  ),
  mutant(
    "never drains its queue",
    "accesses-2",
    "stuck",
    directoryWith(dirRow("S_D", "WB", "S", "store", "clearOwner")),
  ),
  mutant(
    "keeps the sharers of an upgraded page",
    "accesses-2",
    "protocol error",
    directoryWith(dirRow("S", "UpgSharer", "M", "sendUpgAck", "sendInvs", "setOwner")),
  ),
  mutant(
    "leaves who evicts a sharer",
    "accesses-2",
    "directory",
    directoryWith(dirRow("S", "PutS", "S", "sendPutAck")),
  ),
];

const carrierMutants: readonly Mutant[] = [
  mutant("messages of a channel overtake each other", "accesses-2", "protocol error", { losesOrder: true }),
  mutant("one ack too few is awaited", "accesses-2", "SWMR", onSend(moreAcks(-1))),
  mutant("one ack too many is awaited", "accesses-2", "stuck", onSend(moreAcks(1))),
  mutant("an InvAck gets lost", "accesses-2", "stuck", onSend(without(Kind.InvAck))),
  mutant("a PutAck gets lost", "accesses-2", "stuck", onSend(without(Kind.PutAck))),
];

const pinsMutants: readonly Mutant[] = [
  mutant("pins stay hard above the cursor", "spans-nested-writes", "stuck", pins.hardPins),
  mutant("prefetched pages are kept above the cursor", "spans-ranges", "stuck", pins.greedyPins),
  mutant("the page waited for may go when it comes", "spans-3-sites", "livelock", pins.cursorFreePins),
  mutant("an upgrade keeps its old copy", "spans-upgrade", "stuck", pins.stubbornPins),
  mutant("a read span never escalates", "spans-upgrade", "starvation", pins.neverEscalates),
  mutant("what was lent is not fetched back", "spans-nested-writes", "pinned", pins.noticesNoLoss),
  mutant("the end of a span serves nothing", "spans-nested-writes", "stuck", pins.forgetsToSettle),
  mutant("a blocking wait serves nothing", "spans-nested-writes", "stuck", pins.settlesNothing),
];

const three = "accesses-3-moving-no-evictions";
const movingMutants: readonly Mutant[] = [
  mutant("a home is lost on its way", "accesses-2-moving", "authority", moving.losesHomeMove),
  mutant("the new home is not told who reads", "accesses-2-moving", "directory", moving.forgetsReader),
  mutant("the new home takes the page for unshared", "accesses-2-moving", "directory", moving.takesOverNobody),
  mutant("the old home goes on as one", "accesses-2-moving", "authority", moving.staysTheHome),
  mutant("the old home keeps its sharers", "accesses-2-moving", "protocol error", moving.keepsOldSharers),
  mutant("passes messages on in its own name", "accesses-2-moving", "protocol error", moving.passesOnInItsOwnName),
  mutant("drops what comes after the move", "accesses-2-moving", "stuck", moving.dropsWhatComesLate),
  mutant("drops the requests that waited", "accesses-2-moving", "stuck", moving.dropsTheQueue),
  mutant("former homes point at each other", three, "authority", moving.losesThePointer),
  mutant("the reader asks the new home before it is one", three, "protocol error", moving.tellsReaderFirst),
  mutant("nobody hears where the home is", three, "protocol error", moving.grantsTeachNobody),
  mutant("an owner passes for the home", "accesses-2-moving", "protocol error", moving.ownersPassForHomes),
  mutant("a PutAck says where the home is", "accesses-2-moving", "protocol error", moving.putAcksTeach),
];

/** All seeded faults: an explorer that misses one is no explorer. */
export const mutants: readonly Mutant[] = [
  ...cacheMutants,
  ...directoryMutants,
  ...carrierMutants,
  ...pinsMutants,
  ...movingMutants,
];
