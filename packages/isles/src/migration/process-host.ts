import { isInstanceOf, UsageError } from "@isles/base";
import { type ProcessFunction, startProcess } from "@isles/migration";
import { HandoffSite, type Mail, type SiteEffects } from "@isles/migration/internal";
import { type Group, Service } from "@isles/transport";
import { type Packed, unpack } from "@isles/wire";
import type { Member } from "../member.ts";
import { checkSite } from "../placement/options.ts";
import { Images, withOwnBuffers } from "./images.ts";
import { LocalProcess, ProcessOwner } from "./local-process.ts";
import type {
  Ending,
  HomeToSite,
  LocalInfo,
  Outcome,
  Parcel,
  ProcessMessage,
  ProcessMeta,
  SiteToHome,
  Source,
} from "./messages.ts";
import { type CurrentProcess, LazyAbort, ProcessSite } from "./process-site.ts";
import { discardImage } from "./references.ts";
import { checkTraits } from "./traits.ts";

/** How long a process runs before the next one has its turn, in milliseconds: what an event may have to wait here. */
const SLICE_MS = 1;
/** Between two looks at the clock and the mail a process runs about so long, in milliseconds: what a message to it may have to wait. */
const BURST_MS = 0.05;
const MAX_BURST = 4_096;
/** Slices inside the waits of other slices: more would use up the stack. */
const MAX_NESTING = 100;
/** So many more are left for processes that hold locks: those whose waits they run inside of may wait for these. */
const MORE_FOR_HOLDERS = 50;

/** Waits of this site's code that last so long, in milliseconds, let processes run inside them. */
const LEAVES_AFTER_MS = 1;
/**
 * So do those of code that holds locks, but later: a process that wants one of these locks then cannot wait for it, since it would wait for
 * the code that it runs inside of. But the process that the code waits for may be here, too.
 */
const LEAVES_HOLDING_AFTER_MS = 300;

/** Of a checkpoint that the process itself wanted: nobody waits for its bytes. */
const OWN_TICKET = 0;

/** What processes wait for is no business of any run. */
const PROCESSES: Group = { id: 0x7fff_ffff, name: "processes" };

export interface ProcessHostOptions {
  readonly member: Member;
  /** By the names that the program exports them by. */
  readonly definitions: ReadonlyMap<string, ProcessFunction>;
  /** The program's URL. */
  readonly program: string;
  /** Around program code: the thread computes. */
  readonly busy: { enter(): void; leave(): void };
}

/**
 * The processes of one site. They take turns in its event loop, a slice at a time, and inside waits of its other code that last long: the
 * process that such code waits for may be here.
 */
export class ProcessHost {
  readonly #options: ProcessHostOptions;
  readonly #member: Member;
  readonly #images: Images;
  readonly #handoff: HandoffSite<Source, Parcel>;
  readonly #processes = new Map<number, LocalProcess>();
  #ready: LocalProcess[] = [];
  readonly #stepping: LocalProcess[] = [];
  #isScheduled = false;
  #burst = 1;

  constructor(options: ProcessHostOptions) {
    this.#options = options;
    this.#member = options.member;
    this.#images = new Images(options.member, options.program);
    this.#handoff = new HandoffSite(this.#effects());
    this.#member.endpoint.on(Service.Process, {
      text: () => undefined,
      value: (from, value) => this.#receive(from, value as ProcessMessage),
    });
    this.#member.endpoint.background = {
      isWaiting: () => this.#nextInside() >= 0,
      leavesAfterMs: () => (this.#member.sync.processes.isHolding ? LEAVES_HOLDING_AFTER_MS : LEAVES_AFTER_MS),
      run: () => {
        const next = this.#nextInside();
        if (next > 0) this.#ready.unshift(...this.#ready.splice(next, 1));
        if (next >= 0) this.#runNext();
      },
    };
  }

  #effects(): SiteEffects<Source, Parcel> {
    const { endpoint } = this.#member;
    return {
      home: (message) => this.#home(message),
      offer: (to, offer) => {
        const { parcel, buffers } = withOwnBuffers(offer.image);
        endpoint.sendValue(to, Service.Process, { ...offer, image: parcel }, buffers);
      },
      make: (p, epoch, source) => this.#make(p, epoch, source),
      take: (p, epoch, parcel) => this.#take(p, epoch, parcel),
      image: (p, to) => this.#images.capture(this.#processes.get(p)!, to),
      run: (p) => {
        const process = this.#processes.get(p)!;
        this.#images.runs(process);
        process.isRunnable = true;
        process.isWishing = false;
        process.attention = process.meta.policy === "every-yield";
        process.startTimer();
        this.#acknowledge(process);
        this.#enqueue(process);
      },
      freeze: (p) => {
        const process = this.#processes.get(p)!;
        process.isRunnable = false;
        process.stopTimer();
      },
      halt: (p) => {
        this.#processes.get(p)!.attention = true;
      },
      discard: (p, isGone) => {
        const process = this.#processes.get(p)!;
        process.isRunnable = false;
        process.stopTimer();
        this.#processes.delete(p);
        this.#images.discard(process, isGone);
        process.owner.isOver = true;
      },
    };
  }

  // Messages

  #receive(from: number, message: ProcessMessage): void {
    switch (message.k) {
      case "offer": {
        const copy = this.#handoff.copies.get(message.p);
        // Late: its move was given up. Nobody will read the image, and what was shared with this site for it goes back.
        if (copy !== undefined && copy.epoch >= message.e) return discardImage(this.#member, message.image.image);
        return this.#handoff.offered(from, message);
      }
      case "start":
      case "reserve":
      case "move":
      case "commit":
      case "resume":
      case "drop":
        return this.#handoff.receive(message);
      case "settle":
        // Not before what the lost site had sent is taken in, and also while this thread is blocked.
        this.#member.endpoint.defer(() => {
          this.#member.endpoint.poll();
          this.#handoff.receive(message);
          this.#member.endpoint.send();
        });
        return;
      case "inspect":
        return this.#home({ k: "inspected", ticket: message.ticket, processes: this.#infos(message.pins) });
      case "mail":
        return this.#mail(message);
      case "kill":
      case "checkpoint":
      case "stay": {
        const process = this.#processes.get(message.p);
        if (process?.epoch === message.e) this.#tell(process, message);
        return;
      }
      default:
        return; // what only the home is told
    }
  }

  #mail(mail: Mail<Packed>): void {
    const { p, e } = mail;
    if (!this.#handoff.accepts(p, e)) return;
    const process = this.#processes.get(p)!;
    if (!process.mailbox.receive({ ...mail, message: unpack(mail.message, this.#member.rpcNode.arriving()) })) return;
    this.#acknowledge(process);
    process.mailCame();
  }

  #acknowledge({ p, epoch: e, mailbox }: LocalProcess): void {
    if (this.#handoff.copies.get(p)?.phase !== "running") return;
    const received = mailbox.due();
    if (received >= 0) this.#home({ k: "ack", p, e, received });
  }

  #tell(process: LocalProcess, message: Extract<HomeToSite, { k: "kill" | "checkpoint" | "stay" }>): void {
    switch (message.k) {
      case "kill":
        return this.#kill(process);
      case "checkpoint":
        process.checkpoints.push(message.ticket);
        if (process.isStepping) process.attention = true;
        else if (!process.isHeldBack) this.#checkpoint(process);
        return;
      case "stay":
        process.isWishing = false;
        return this.#enqueue(process);
      default:
        return message satisfies never;
    }
  }

  #home(message: SiteToHome, transfer?: readonly ArrayBuffer[]): void {
    this.#member.endpoint.sendValue(this.#member.endpoint.sites, Service.Process, message, transfer);
  }

  #infos(pins: boolean): LocalInfo[] {
    return [...this.#processes.values()].map((one) =>
      one.info(pins ? () => this.#images.pinnedBy(one) : undefined, this.#blockedIn(one)),
    );
  }

  /** What a process's step is blocked on, if it is what this thread is blocked in. */
  #blockedIn(process: LocalProcess): string | undefined {
    return this.#stepping.at(-1) === process ? this.#member.endpoint.waitingFor()[0] : undefined;
  }

  #kill(process: LocalProcess): void {
    if (process.isDoomed) return;
    process.isDoomed = true;
    process.isWishing = false;
    process.attention = true;
    const killed = new Error(`process ${process.p} (${process.meta.name}) was killed`);
    process.abort.abort(killed);
    const { endpoint } = this.#member;
    const { blocked } = endpoint;
    endpoint.mayStop = true;
    process.killed = killed; // waits that it begins from now on end with this, too
    if (process.isStepping && this.#stepping.at(-1) === process && blocked !== undefined)
      endpoint.rejectBlocked(blocked.wait, killed);
    this.#enqueue(process);
  }

  #checkpoint(process: LocalProcess): void {
    const { p, epoch: e } = process;
    const { received } = process.mailbox;
    for (const ticket of process.checkpoints.splice(0)) {
      const made = this.#images.checkpoint(process);
      if ("why" in made) this.#home({ k: "uncheckpointed", p, e, ticket, why: made.why });
      else this.#home({ k: "checkpointed", p, e, ticket, bytes: made.bytes, received }, [made.bytes.buffer]);
    }
  }

  // Copies

  #make(p: number, epoch: number, source: Source): string | undefined {
    const { name } = source.meta;
    const definition = this.#options.definitions.get(name);
    if (definition === undefined) return `the program exports no process ${name}`;
    try {
      const parts = this.#parts(p, epoch, source.meta);
      const process =
        source.kind === "spawn"
          ? new LocalProcess({
              ...parts,
              frame: startProcess(definition, [
                parts.site,
                ...(unpack(source.args, this.#member.rpcNode.arriving()) as unknown[]),
              ]),
            })
          : this.#images.restore(parts, source.bytes);
      this.#processes.set(p, process);
      return undefined;
    } catch (error) {
      return reason(error);
    }
  }

  #take(p: number, epoch: number, parcel: Parcel): { received: number } | { why: string } {
    try {
      const process = this.#images.revive(this.#parts(p, epoch, parcel.meta), parcel);
      this.#processes.set(p, process);
      return { received: process.mailbox.received };
    } catch (error) {
      return { why: reason(error) };
    }
  }

  #parts(p: number, epoch: number, meta: ProcessMeta) {
    const abort = new LazyAbort();
    const current: CurrentProcess = {
      id: p,
      name: meta.name,
      prefer: (preferred) => {
        const process = this.#current(p, "prefer");
        process.preferred = checkTraits(preferred);
        process.hasNewPreference = true;
        process.attention = true;
      },
      migrate: (to) => {
        const process = this.#current(p, "migrate");
        checkSite(to, site.count);
        process.wantedAt = to;
        process.attention = true;
      },
      checkpoint: () => {
        const process = this.#current(p, "checkpoint");
        process.checkpoints.push(OWN_TICKET);
        process.attention = true;
      },
    };
    const site = new ProcessSite(this.#member, abort, current);
    const onReady = (process: LocalProcess): void => {
      if (process.isHeldBack) this.#suspended(process);
      else this.#enqueue(process);
    };
    return { p, epoch, meta, site, abort, owner: new ProcessOwner(), onReady };
  }

  /** The process whose code calls its own `site.process`; the object stays behind when the process moves. */
  #current(p: number, call: string): LocalProcess {
    const process = this.#processes.get(p);
    if (process !== undefined) return process;
    throw new UsageError(
      "PROCESS_GONE",
      `site.process.${call}(): process ${p} is not here any more; ask its own \`site\``,
    );
  }

  // Turns

  #enqueue(process: LocalProcess): void {
    if (process.isQueued || !process.isReady) return;
    process.isQueued = true;
    this.#ready.push(process);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#ready.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#options.busy.enter();
      try {
        this.#runNext();
      } finally {
        this.#options.busy.leave();
        this.#schedule();
      }
    });
  }

  /**
   * Which of the ready processes may run inside the present wait; -1 for none. Those that hold locks first, however deep it is: fresh
   * ones may only add to those that wait.
   */
  #nextInside(): number {
    const depth = this.#stepping.length;
    if (this.#ready.length === 0 || depth >= MAX_NESTING + MORE_FOR_HOLDERS) return -1;
    const { processes } = this.#member.sync;
    const holder = this.#ready.findIndex((one) => one.isReady && processes.ownedBy(one.owner).locks.length > 0);
    return holder >= 0 || depth >= MAX_NESTING ? holder : this.#ready.findIndex((one) => one.isReady);
  }

  /** One slice of the process whose turn it is. */
  #runNext(): void {
    for (let process = this.#ready.shift(); process !== undefined; process = this.#ready.shift()) {
      process.isQueued = false;
      if (!process.isReady) continue; // it has moved, ended, or begun to
      this.#slice(process);
      return;
    }
  }

  #slice(process: LocalProcess): void {
    const { endpoint, rpcNode } = this.#member;
    const { group } = endpoint;
    const start = endpoint.now();
    const pages = this.#watchPages(process);
    endpoint.group = PROCESSES;
    process.isStepping = true;
    this.#stepping.push(process);
    this.#handoff.stepping(process.p);
    let ending: Ending | undefined;
    try {
      ending = rpcNode.actingAs(process.owner, () => this.#steps(process, start));
    } finally {
      this.#stepping.pop();
      process.isStepping = false;
      process.cpuMs += endpoint.now() - start;
      endpoint.group = group;
      if (pages !== undefined)
        process.fetches!.fetched(pages.map((before, site) => endpoint.pagesFrom[site]! - before));
    }
    if (ending === undefined) this.#suspended(process);
    else this.#ended(process, { ...ending, cpuMs: process.cpuMs });
    endpoint.send();
  }

  /** Where the pages of a process that follows its data come from until now; its slice ends when it may be time to go. */
  #watchPages(process: LocalProcess): Uint32Array | undefined {
    const { fetches } = process;
    if (fetches === undefined) return undefined;
    const { endpoint } = this.#member;
    endpoint.afterPages(fetches.missing, () => {
      if (process.isStepping) process.attention = true;
    });
    return endpoint.pagesFrom.slice();
  }

  /** Steps until the slice is over or the process waits, is wanted, or has ended: then how. */
  #steps(process: LocalProcess, start: number): Ending | undefined {
    const { endpoint } = this.#member;
    try {
      endpoint.fences.acquire();
      try {
        return this.#stepUntil(process, start);
      } finally {
        endpoint.releaseWrites(); // also before it is told that it threw
      }
    } catch (error) {
      if (process.killed !== undefined && error === process.killed) return { kind: "killed", error: undefined };
      if (process.isEnding) return { kind: "killed", error: this.#member.errors.encode(error) };
      return { kind: "threw", error: this.#member.errors.encode(error) };
    }
  }

  #stepUntil(process: LocalProcess, start: number): Ending | undefined {
    const { endpoint } = this.#member;
    for (let at = start; ; ) {
      const { value, done } = process.steps(this.#burst);
      if (done === true) return this.#ending(process, value);
      if (process.waiting !== undefined || process.attention) return undefined;
      endpoint.poll();
      const now = endpoint.now();
      if (now - at < BURST_MS / 2) this.#burst = Math.min(this.#burst * 2, MAX_BURST);
      else if (now - at > BURST_MS * 2) this.#burst = Math.max(1, this.#burst >> 1);
      at = now;
      if (process.attention || now - start >= SLICE_MS) return undefined;
    }
  }

  #ending(process: LocalProcess, value: unknown): Ending {
    if (process.isEnding) return { kind: "killed", error: undefined };
    return {
      kind: "returned",
      result: this.#images.pack(value, this.#member.endpoint.sites, `the result of ${process.meta.name}`),
    };
  }

  #suspended(process: LocalProcess): void {
    process.attention = process.meta.policy === "every-yield";
    // Until its promise settles it is to others as if its step went on: what wants it then has it.
    process.isHeldBack = process.waiting?.kind === "promise" && !process.isDoomed;
    if (process.isHeldBack) return;
    this.#checkpoint(process);
    this.#handoff.suspended(process.p);
    if (process.isRunnable && !process.isDoomed) this.#askToMove(process);
    this.#enqueue(process);
  }

  /** It does not go on before it has heard: it would only do elsewhere what it then did here. */
  #askToMove(process: LocalProcess): void {
    const wish = process.wish();
    if (wish === undefined) return;
    process.isWishing = true;
    this.#home({ k: "wish", p: process.p, e: process.epoch, wish });
  }

  #ended(process: LocalProcess, outcome: Outcome): void {
    const { p } = process;
    process.stopTimer();
    this.#processes.delete(p);
    this.#images.ended(process);
    process.owner.isOver = true;
    this.#handoff.ended(p, outcome);
  }
}

function reason(error: unknown): string {
  return isInstanceOf(error, Error) ? (error as Error).message : String(error);
}
