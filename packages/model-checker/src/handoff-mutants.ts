import {
  HandoffHome,
  HandoffSite,
  HomeMailbox,
  type Mail,
  type Offer,
  type ToHome,
  type ToSite,
} from "@isles/migration/internal";
import { type AnyMessage, PROCESS } from "./handoff-messages.ts";
import type { HandoffMutation } from "./handoff-system.ts";

/** A seeded fault of the hand-off, and what must notice it where. */
export interface HandoffMutant {
  readonly name: string;
  readonly configuration: string;
  /** The invariant that its shortest counterexample breaks. */
  readonly caughtBy: string;
  readonly mutation: HandoffMutation;
}

const mutant = (name: string, where: string, caughtBy: string, mutation: HandoffMutation): HandoffMutant => ({
  name,
  configuration: `handoff-${where}`,
  caughtBy,
  mutation,
});

/** Messages of one kind are lost: each is there for something. */
const without = (kind: AnyMessage["k"]): HandoffMutation => ({
  onSend: (message) => (message.k === kind ? null : message),
});

/** What home hears, changed. */
const heard = (change: (home: HandoffHome, from: number, message: ToHome) => ToHome | null): HandoffMutation => ({
  Home: class<S, C> extends HandoffHome<S, C> {
    override receive(from: number, message: ToHome): void {
      const changed = change(this as HandoffHome, from, message);
      if (changed !== null) super.receive(changed.k === "ended" ? this.site : from, changed);
    }
  },
});

/** What the home does when a site is down, changed: returns whether it has done it all. */
const down = (instead: (home: HandoffHome, site: number) => boolean): HandoffMutation => ({
  Home: class<S, C> extends HandoffHome<S, C> {
    override siteDown(site: number): void {
      if (!instead(this as HandoffHome, site)) super.siteDown(site);
    }
  },
});

const givesUpSettling: HandoffMutation = {
  Home: class<S, C> extends HandoffHome<S, C> {
    override siteDown(site: number): void {
      super.siteDown(site);
      if (this.phase === "settling") super.receive(this.to, { k: "absent", p: PROCESS, e: this.next });
    }
  },
};

const decidesOnReady: HandoffMutation = {
  Home: class<S, C> extends HandoffHome<S, C> {
    override receive(from: number, message: ToHome): void {
      super.receive(from, message);
      if (message.k === "ready") super.receive(from, { k: "prepared", p: PROCESS, e: message.e, received: 0 });
    }
  },
};

/** What a site does with an order or an offer, changed. */
const site = (
  order: ((site: HandoffSite, message: ToSite) => ToSite) | null,
  offer: (site: HandoffSite, offer: Offer, take: () => void) => void = (_site, _offer, take) => take(),
): HandoffMutation => ({
  Site: class<S, I> extends HandoffSite<S, I> {
    override receive(message: ToSite<S>): void {
      super.receive(order === null ? message : (order(this as HandoffSite, message) as ToSite<S>));
    }

    override offered(from: number, message: Offer<I>): void {
      offer(this as HandoffSite, message, () => super.offered(from, message));
    }
  },
});

const epochOf = (at: HandoffSite, otherwise: number): number => at.copies.get(PROCESS)?.epoch ?? otherwise;
const isMoving = (home: HandoffHome): boolean => home.phase === "moving";

const homeMutants: readonly HandoffMutant[] = [
  mutant("decides before the copy is prepared", "2", "home", decidesOnReady),
  mutant(
    "takes a copy that came too late",
    "2",
    "home",
    heard((home, _from, m) => (m.k === "prepared" && isMoving(home) ? { ...m, e: home.next } : m)),
  ),
  mutant(
    "leaves a copy that came too late",
    "2",
    "stuck",
    heard((home, _from, m) => (m.k === "prepared" && m.e !== home.next ? null : m)),
  ),
  mutant("starts again without asking the destination", "2", "lost", givesUpSettling),
  mutant(
    "takes the process for lost with its destination",
    "2",
    "lost",
    down((home, at) => {
      if (!isMoving(home) || at !== home.to) return false;
      home.phase = "settling";
      return false;
    }),
  ),
  mutant(
    "does not mind the loss of the destination",
    "2",
    "stuck",
    down((home, at) => isMoving(home) && at === home.to),
  ),
  mutant(
    "does not mind the loss of the source",
    "2",
    "stuck",
    down((home, at) => isMoving(home) && at === home.site),
  ),
  mutant("decides alone on a deadline while the destination is asked", "2", "stuck", {
    Home: class<S, C> extends HandoffHome<S, C> {
      override siteDown(at: number): void {
        super.siteDown(at);
        if (this.phase !== "settling") return;
        this.phase = "moving";
        super.giveUp("it took too long");
      }
    },
  }),
  mutant(
    "forgets the end of a process whose site is lost then",
    "2",
    "outcome",
    heard((home, _from, m) => (m.k === "ended" && home.phase === "settling" ? null : m)),
  ),
  mutant(
    "takes the end of a copy for that of its successor",
    "3-restarts",
    "home",
    heard((home, _from, m) => (m.k === "ended" ? { ...m, e: home.epoch } : m)),
  ),
  mutant("resumes the source once the destination has it", "2", "stale", {
    onSend: (m, _from, to) => (m.k === "drop" && to === 0 ? { k: "resume", p: PROCESS, e: m.e, next: m.e + 1 } : m),
  }),
];

const siteMutants: readonly HandoffMutant[] = [
  mutant(
    "runs a copy as soon as it is there",
    "2",
    "home",
    site(null, (at, { p, e }, take) => {
      take();
      at.receive({ k: "commit", p, e });
    }),
  ),
  mutant(
    "drops any copy",
    "2",
    "stuck",
    site((at, m) => (m.k === "drop" ? { ...m, e: epochOf(at, m.e) } : m)),
  ),
  mutant(
    "takes an offer that is older than its copy",
    "2-restarts-late",
    "held",
    site(null, (at, { p, e }, take) => {
      const epoch = epochOf(at, 0);
      if (epoch >= e) at.receive({ k: "drop", p, e: epoch });
      take();
    }),
  ),
  mutant(
    "takes an offer over an older one",
    "2",
    "garbage",
    site(null, (at, { p }, take) => {
      if (at.copies.get(p)?.phase === "prepared") at.copies.delete(p);
      take();
    }),
  ),
  mutant(
    "starts a process over an image",
    "3-restarts",
    "garbage",
    site((at, m) => {
      if (m.k === "start") at.copies.delete(m.p);
      return m;
    }),
  ),
  mutant("offers a copy in the middle of a step", "2", "runs while suspended", {
    Site: class<S, I> extends HandoffSite<S, I> {
      override receive(message: ToSite<S>): void {
        const copy = this.copies.get(message.p);
        const isStepping = copy?.isStepping === true;
        if (isStepping && message.k === "move") copy.isStepping = false;
        super.receive(message);
        if (isStepping) copy.isStepping = true;
      }
    },
  }),
];

const messageKindMutants: readonly HandoffMutant[] = (
  [
    ["reserve", "stuck"],
    ["move", "stuck"],
    ["commit", "stuck"],
    ["resume", "stuck"],
    ["drop", "stuck"],
    ["settle", "stuck"],
    ["started", "stuck"],
    ["refused", "stuck"],
    ["ready", "stuck"],
    ["stuck", "stuck"],
    ["prepared", "stuck"],
    ["absent", "stuck"],
    ["ended", "stuck"],
    ["offer", "stuck"],
  ] as const
).map(([kind, by]) => mutant(`no \`${kind}\` is sent`, "2", by, without(kind)));

/** The mailbox's part of `runs`, with another count than that of the copy. */
const resends = (from: (received: number, last: number, kept: number) => number): HandoffMutation => ({
  HomeMailbox: class<M> extends HomeMailbox<M> {
    override runs(at: number, epoch: number, received: number): void {
      super.runs(at, epoch, from(received, this.last, this.kept.messages));
    }
  },
});

const keepsNothing: HandoffMutation = {
  HomeMailbox: class<M> extends HomeMailbox<M> {
    override checkpointed(): void {}
  },
};

const mailMutants: readonly HandoffMutant[] = [
  mutant(
    "sends again what the copy has got",
    "2-messages-restarts",
    "messages",
    resends((received, last, kept) => Math.max(received - 1, last - kept)),
  ),
  mutant(
    "sends nothing again",
    "2-messages",
    "protocol error",
    resends((_received, last) => last),
  ),
  mutant("a frozen copy acknowledges", "2-messages", "protocol error", { acksWhileFrozen: true }),
  mutant("a frozen copy is a checkpoint", "2-messages-restarts", "protocol error", { checkpointsWhileFrozen: true }),
  mutant("takes a checkpoint of a former copy", "2-messages-restarts", "protocol error", { takesAnyCheckpoint: true }),
  mutant("keeps nothing for its checkpoint", "2-messages-restarts", "protocol error", keepsNothing),
  mutant("keeps nothing for the checkpoint that it comes from", "2-restored", "protocol error", keepsNothing),
  mutant("never forgets a message", "2-messages", "stuck", without("ack")),
  mutant("loses a message", "2-messages", "protocol error", {
    onSend: (m) => (m.k === "mail" && m.seq === 1 ? null : m),
  }),
  mutant("an image leaves out what waits in the mailbox", "2-messages", "messages", {
    onSend: (m) => {
      if (m.k !== "offer") return m;
      return { ...m, image: { ...m.image, state: { ...m.image.state, waiting: [] } } };
    },
  }),
  mutant("a message goes to the former copy", "2-messages", "stuck", {
    HomeMailbox: class<M> extends HomeMailbox<M> {
      #first = -1;
      constructor(p: number, send: (to: number, mail: Mail<M>) => void) {
        super(p, (to, mail) => {
          if (this.#first < 0) this.#first = to;
          send(this.#first, mail);
        });
      }
    },
  }),
];

/** All seeded faults of the hand-off. */
export const handoffMutants: readonly HandoffMutant[] = [
  ...homeMutants,
  ...siteMutants,
  ...messageKindMutants,
  ...mailMutants,
];
