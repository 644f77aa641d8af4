import {
  ReleaseCache,
  ReleaseHome,
  type ReleaseHomeEffects,
  ReleaseKind,
  type ReleaseStateName,
  Twins,
} from "@isles/coherence";
import {
  compileReleaseTable,
  type ReleaseActionName,
  type ReleaseEventName,
  type ReleaseRow,
  releaseRows,
} from "@isles/coherence/internal";
import type { ReleaseMutation } from "./release-machine.ts";

/** A seeded fault of release consistency, and what must notice it where. */
export interface ReleaseMutant {
  readonly name: string;
  readonly configuration: string;
  /** The invariant that its shortest counterexample breaks. */
  readonly caughtBy: string;
  readonly mutation: ReleaseMutation;
}

const mutant = (name: string, configuration: string, caughtBy: string, mutation: ReleaseMutation): ReleaseMutant => ({
  name,
  configuration: `release-${configuration}`,
  caughtBy,
  mutation,
});

/** The shipped table with one row in place of its own. */
function row(
  state: ReleaseStateName,
  event: ReleaseEventName,
  next: ReleaseStateName,
  ...actions: ReleaseActionName[]
): ReleaseMutation {
  const others = releaseRows.filter(([s, e]) => s !== state || e !== event);
  const replaced: ReleaseRow = [state, event, next, actions];
  return { table: compileReleaseTable([...others, replaced]) };
}

/** The shipped table short of each row in turn, named by the row: no row may be there for nothing. */
export function* withoutOneReleaseRow(): Generator<{ readonly name: string; readonly mutation: ReleaseMutation }> {
  for (const left of releaseRows) {
    const table = compileReleaseTable(releaseRows.filter((other) => other !== left));
    yield { name: `${left[0]} ${left[1]}`, mutation: { table } };
  }
}

const loses = (kind: ReleaseKind): ReleaseMutation => ({
  onSend: (message) => (message.kind === kind ? null : message),
});

/** The diff goes round through a channel of the home's own before it is applied. */
const acksFirst: ReleaseMutation = {
  onHome: ({ kind, page, body }, from, to, machine) => {
    if (kind !== ReleaseKind.Diff) return false;
    if (from === to) machine.apply(to, page, body);
    else {
      if (!machine.endpoints[to].home.notice(page, from)) {
        machine.channels.send(to, from, { kind: ReleaseKind.DiffAck, page, body: [] });
      }
      machine.channels.send(to, to, { kind, page, body });
    }
    return true;
  },
};

/** A copy goes to site 1, and nobody remembers. */
const forgetsSharer: ReleaseMutation = {
  onHome: ({ kind, page }, from, to, machine) => {
    if (kind !== ReleaseKind.GetR || from !== 1) return false;
    machine.channels.send(to, from, { kind: ReleaseKind.DataR, page, body: machine.pageOf(to, page) });
    return true;
  },
};

/** Every diff says that the whole page was written. */
const sendsWholePages: ReleaseMutation = {
  onSend: (message, from, machine) => {
    if (message.kind !== ReleaseKind.Diff) return message;
    const page = machine.pageOf(from, message.page);
    return { ...message, body: [message.body[0], page.length << 16, ...page] };
  },
};

class AcksAtOnce extends ReleaseHome {
  constructor(slots: number, endpoints: number, slotOf: (page: number) => number, effects: ReleaseHomeEffects) {
    let isLate = false;
    super(slots, endpoints, slotOf, {
      ...effects,
      toSite: (kind, to, page) => (kind === ReleaseKind.DiffAck && isLate ? undefined : effects.toSite(kind, to, page)),
    });
    this.receive = (kind, page, from) => {
      isLate = kind === ReleaseKind.NoticeAck;
      super.receive(kind, page, from);
    };
  }

  override notice(page: number, releaser: number): boolean {
    super.notice(page, releaser);
    return false;
  }
}

/** What the first version of the protocol did. */
class WaitsForOwnNoticesOnly extends ReleaseHome {
  override notice(page: number, releaser: number): boolean {
    const tells = [0, 1, 2].some((site) => site !== releaser && this.isSharer(page, site));
    return tells && super.notice(page, releaser);
  }
}

class WaitsForNoAck extends ReleaseCache {
  override get isReleased(): boolean {
    return true;
  }
}

class AcquiresNothing extends ReleaseCache {
  override acquire(): boolean {
    return true;
  }
}

class WaitsForNoRefresh extends ReleaseCache {
  override get isAcquired(): boolean {
    return true;
  }
}

class TellsNobodyOfAtomics extends ReleaseCache {
  override atomicWrite(): boolean {
    return true;
  }
}

class ComparesWords extends Twins {
  constructor(bytes: Uint8Array, pageSize: number) {
    super(bytes, pageSize, 4);
  }
}

class KeepsTheOldTwin extends Twins {
  override merge(page: number): void {
    const twins: number[] = [];
    this.capture(twins);
    super.merge(page);
    this.restore(twins, 0);
  }
}

/** All seeded faults of release consistency: an explorer that misses one is no explorer. */
export const releaseMutants: readonly ReleaseMutant[] = [
  mutant("acks a notice and keeps the copy as fresh", "MP", "forbidden", row("C", "Notice", "C", "sendNoticeAck")),
  mutant("the same of a dirty copy", "false-sharing", "value", row("D", "Notice", "D", "sendNoticeAck")),
  mutant("keeps a stale copy at an acquire", "MP", "forbidden", row("CS", "Acquire", "C")),
  mutant("acquires nothing", "counter-2", "value", { cacheClass: AcquiresNothing }),
  mutant(
    "takes a stale copy for fresh at a release",
    "false-sharing",
    "protocol error",
    row("DS", "Release", "C", "lost", "sendDiff", "dropTwin"),
  ),
  mutant("drops a dirty copy at an acquire", "nested-locks", "value", row("DS", "Acquire", "I", "lost", "dropTwin")),
  mutant("releases nothing", "counter-2", "value", row("D", "Release", "C", "lost", "dropTwin")),
  mutant("keeps the twin of a released page", "counter-2", "twins", row("D", "Release", "C", "lost", "sendDiff")),
  mutant("keeps the right to write after a release", "counter-2", "value", row("D", "Release", "D", "sendDiff")),
  mutant("renews no twin while a span writes on", "pins", "value", row("D", "ReleaseHeld", "D", "sendDiff")),
  mutant(
    "takes a page for clean while a span writes on",
    "pins",
    "pinned",
    row("D", "ReleaseHeld", "C", "lost", "sendDiff", "dropTwin"),
  ),
  mutant("refreshes no pinned page", "pins", "value", row("CS", "AcquireHeld", "CS")),
  mutant(
    "a refresh undoes what was written here",
    "pins",
    "value",
    row("DD_D", "Data", "D", "fill", "refreshed", "ready"),
  ),
  mutant("a refresh renews no twin", "pins", "value", { twinsClass: KeepsTheOldTwin }),
  mutant("waits for no refresh", "pins", "value", { cacheClass: WaitsForNoRefresh }),
  mutant(
    "a release passes over a page being refreshed",
    "threads-refresh",
    "lost write",
    row("DD_D", "Release", "DD_D"),
  ),
  mutant(
    "a release overtakes a refresh",
    "threads-refresh",
    "value",
    row("DD_D", "ReleaseHeld", "DD_D", "sendDiff", "makeTwin"),
  ),
  mutant("the home tells nobody of its own writes", "counter-3", "value", row("HD", "Release", "H", "lost")),
  mutant("the home does not mind that it writes", "counter-3", "value", row("H", "Store", "HD")),
  mutant("goes on before its release is complete", "counter-2", "value", { cacheClass: WaitsForNoAck }),
  mutant("the home waits for no ack of a notice", "ISA2", "forbidden", { homeClass: AcksAtOnce }),
  mutant("the home waits for no notice that is under way already", "notices", "value", {
    homeClass: WaitsForOwnNoticesOnly,
  }),
  mutant("the home acks a diff before it has applied it", "counter-2", "value", acksFirst),
  mutant("the home forgets a sharer", "MP", "forbidden", forgetsSharer),
  mutant("a diff is the whole page", "false-sharing", "value", sendsWholePages),
  mutant("a diff is of words where elements are bytes", "bytes", "value", { twinsClass: ComparesWords }),
  mutant("the home tells nobody of atomic operations", "atomics", "value", { cacheClass: TellsNobodyOfAtomics }),
  mutant("the home answers atomic operations before all are told", "RWC-atomics", "forbidden", { answersEarly: true }),
  mutant("messages of a channel overtake each other", "false-sharing", "protocol error", { losesOrder: true }),
  mutant("a Diff gets lost", "counter-2", "stuck", loses(ReleaseKind.Diff)),
  mutant("a Notice gets lost", "counter-2", "stuck", loses(ReleaseKind.Notice)),
  mutant("a NoticeAck gets lost", "counter-2", "stuck", loses(ReleaseKind.NoticeAck)),
];
