import { homeNamedBy, isForDirectory, Kind, MovingHomes } from "@isles/coherence";
import type { Message } from "./channels.ts";
import type { MovingHomesOptions } from "./machine.ts";
import type { SpansMutation } from "./spans-model.ts";
import { directoryWith, dirRow } from "./table-mutants.ts";

// Faults of what moves homes.

const onSend = (change: (message: Message, from: number, to: number) => Message | null): SpansMutation => ({
  onSend: change,
});
const homes = (make: (options: MovingHomesOptions) => MovingHomes): SpansMutation => ({ makeMovingHomes: make });

const isPassedOn = ({ kind, requester }: Message, from: number): boolean =>
  isForDirectory(kind) && kind !== Kind.HomeMove && requester !== from;

export const losesHomeMove = onSend((message) => (message.kind === Kind.HomeMove ? null : message));

/** The new home believes that it alone shares the page. */
export const forgetsReader = onSend((message, _from, to) =>
  message.kind === Kind.HomeMove ? { ...message, requester: to } : message,
);

export const passesOnInItsOwnName = onSend((message, from) =>
  isPassedOn(message, from) ? { ...message, requester: from } : message,
);

export const dropsWhatComesLate = onSend((message, from) => (isPassedOn(message, from) ? null : message));

export const dropsTheQueue = directoryWith(
  dirRow("S_D", "WBMoves", "Moved", "sendHomeMove", "clearSharers", "clearOwner"),
);

export const staysTheHome = directoryWith(
  dirRow("S_D", "WBMoves", "S", "store", "sendHomeMove", "clearOwner", "drain"),
);

/** The old home's copy is forgotten: the new home would take the page for unshared. */
export const takesOverNobody = directoryWith(dirRow("U", "HomeMove", "U"), dirRow("Moved", "HomeMove", "U"));

export const keepsOldSharers = directoryWith(
  dirRow("S_D", "WBMoves", "Moved", "sendHomeMove", "clearOwner", "passOnQueue"),
);

/** A write-back then goes to a former home, without its body from there on. */
export const grantsTeachNobody: SpansMutation = { homeNamedBy: () => -1 };

/** The sender of DataO is an owner, not a home. */
export const ownersPassForHomes: SpansMutation = {
  homeNamedBy: (kind, from) => (kind === Kind.InvAck || kind === Kind.PutAck ? -1 : from),
};

/** A PutAck may be older than the move. */
export const putAcksTeach: SpansMutation = {
  homeNamedBy: (kind, from, requester) => (kind === Kind.PutAck ? from : homeNamedBy(kind, from, requester)),
};

/** A home that is not the first one sends what comes late to the first one, which may send it back. */
export const losesThePointer = homes(
  (options) =>
    new (class extends MovingHomes {
      override leave(page: number, slot: number, to: number): number {
        const moves = super.leave(page, slot, to);
        if (this.self !== 0) this.restore([1], 0);
        return moves;
      }
    })(options),
);

/** The reader hears of the move before the new home does, and its next request gets there first. */
export const tellsReaderFirst: SpansMutation = {
  onDirectory: (kind, page, from, receive, machine) => {
    receive.receive(kind, page, from);
    const home = machine.moving.findIndex((known) => known.homeOf(page) === known.self);
    if (kind !== Kind.WB || home >= 0) return;
    for (const known of machine.moving)
      if (known.self !== machine.homeOf(page)) known.learn(page, machine.homeOf(page));
  },
};
