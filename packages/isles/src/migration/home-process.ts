import { Completion, IslesError, SiteDownError, TimeoutError } from "@isles/base";
import { MigrationError } from "@isles/migration";
import { HandoffHome, HomeMailbox, type PolicyName, type ProcessView, type ToSite } from "@isles/migration/internal";
import type { Packed, WireError } from "@isles/wire";
import type { HomeToSite, LocalInfo, Outcome, ProcessMeta, SiteToHome, Source } from "./messages.ts";
import type { ProcessInfo, ProcessOptions, ProcessState } from "./process-types.ts";

/** How long a process may take to reach a `yield` when something wants it there, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 30_000;

type Ending = Extract<ProcessState, "returned" | "threw" | "killed" | "lost" | "unstarted">;

/** A process that brings its site down within so many milliseconds after a restart, ... */
const SOON_MS = 2_000;
/** ... and does so this often in a row, is not started again. */
const MAX_QUICK_LOSSES = 2;

/** What a process's home needs of the launcher. */
export interface HomeHost {
  readonly sites: number;
  isUp(site: number): boolean;
  /** Why a site is lost. */
  whyDown(site: number): string;
  /** A site to start a lost process again on, or -1. */
  choose(process: HomeProcess): number;
  send(site: number, message: HomeToSite): void;
  pack(value: unknown, to: number, what: string): Packed;
  unpack(value: Packed): unknown;
  decode(error: WireError): Error;
  /** It runs at another site than before, or has ended. */
  changed(process: HomeProcess, what: string): void;
  now(): number;
}

/** What the launcher knows of a process, and the one place that decides about it. */
export class HomeProcess {
  readonly id: number;
  readonly meta: ProcessMeta;
  /** Its policy; `none` once it was moved by hand, unless a policy was asked for. */
  policy: PolicyName;
  #cameAt: number;
  /** Settles when it has ended. */
  readonly result: Completion<unknown>;
  readonly #host: HomeHost;
  readonly #home: HandoffHome<Source, Uint8Array>;
  readonly #mail: HomeMailbox;
  readonly #bornAt: number;
  /** Settles when it runs for the first time. */
  readonly started: Completion<void>;
  #checkpointAt: number | undefined;
  #moves = 0;
  #restarts = 0;
  #ending: Ending | undefined;
  /** What it was lost by when the cluster was closed. */
  #closedBy: Error | undefined;
  #moving: Completion<void> | undefined;
  #moveError: Error | undefined;
  readonly #checkpoints = new Map<number, Completion<Uint8Array>>();
  readonly #runs = new Set<() => void>();
  #lastTicket = 0;
  /** Operations take turns: each finds the process running, or over. */
  #tail: Promise<unknown> = Promise.resolve();
  #cpuMs = 0;
  #underWay = 0;
  #restartedAt: number | undefined;
  #quickLosses = 0;

  constructor(id: number, meta: ProcessMeta, site: number, host: HomeHost, received = 0) {
    this.id = id;
    this.meta = meta;
    this.#host = host;
    this.policy = meta.policy;
    this.#bornAt = host.now();
    this.#cameAt = this.#bornAt;
    this.result = new Completion(`the result of ${this}`);
    this.started = new Completion(`the start of ${this}`);
    this.#mail = new HomeMailbox<unknown>(
      id,
      (to, mail) => host.send(to, { ...mail, message: host.pack(mail.message, to, "a message") }),
      received,
    );
    this.#home = new HandoffHome<Source, Uint8Array>(id, site, {
      send: (to, message: ToSite<Source>) => host.send(to, message),
      isUp: (one) => host.isUp(one),
      choose: () => (this.#isSuspect(this.site) ? -1 : host.choose(this)),
      source: (bytes) => ({ kind: "checkpoint", meta, bytes }),
      runs: (at, epoch, got) => {
        this.#mail.runs(at, epoch, got);
        this.started.resolve();
        for (const listener of [...this.#runs]) listener();
      },
      moved: (why) => this.#moved(why),
      restarted: (lost, at) => {
        this.#restarts++;
        this.#restartedAt = host.now();
        this.#mail.hold();
        this.#failCheckpoints(
          new SiteDownError(lost, `${this} was lost with site ${lost} and goes on from its last checkpoint`),
        );
        host.changed(this, `goes on from its last checkpoint on site ${at}, since site ${lost} was lost`);
      },
      ended: (outcome) => this.#ended(outcome as Outcome),
      failed: (why) =>
        this.#over("unstarted", new IslesError("PROCESS_NOT_STARTED", `${this} could not be started: ${why}`)),
      lost: (at) => this.#over("lost", this.#lostError(at)),
    });
  }

  /** Where it is, or was last. */
  get site(): number {
    return this.#home.site;
  }

  get isOver(): boolean {
    return this.#ending !== undefined;
  }

  /** It has thrown or was lost: somebody should hear of it. */
  get isFailed(): boolean {
    return this.#ending === "threw" || this.#ending === "lost";
  }

  toString(): string {
    return `process ${this.id} (${this.meta.name})`;
  }

  start(source: Source): void {
    if (source.kind === "checkpoint") {
      this.#home.checkpoint = { bytes: source.bytes, received: this.#mail.last };
      this.#mail.checkpointed(this.#mail.last); // it may be started from there again
    }
    this.#home.start(source);
  }

  receive(from: number, message: SiteToHome): void {
    switch (message.k) {
      case "ack":
        return this.#mail.acked(message.e, message.received);
      case "checkpointed":
        return this.#checkpointed(message);
      case "uncheckpointed":
        if (message.ticket === 0) this.#host.changed(this, `could not be saved as it wanted: ${message.why}`);
        this.#take(message.ticket)?.reject(new MigrationError(`${this} on site ${from}`, message.why));
        return;
      case "wish":
      case "inspected":
        return; // the table's business
      default:
        return this.#home.receive(from, message);
    }
  }

  siteDown(site: number): void {
    this.#home.siteDown(site);
  }

  /** The cluster ends. */
  close(error: Error): void {
    if (!this.isOver) this.#closedBy = error;
    this.#over("lost", error);
  }

  // Operations

  /** Moves it; settles when it is there. Rejects, and the process goes on where it was, with the reason. */
  migrate(to: number, options: ProcessOptions = {}): Promise<void> {
    return this.#operation(options, async (deadline) => {
      if (to === this.site) return;
      if (!this.#host.isUp(to)) throw new SiteDownError(to, `${this} stays on site ${this.site}: site ${to} is down`);
      this.#moving = new Completion<void>(`the move of ${this} to site ${to}`);
      this.#moveError = undefined;
      const promise = this.#moving.promise();
      const late = this.#timeout(`to move to site ${to}`, deadline);
      const timer = setTimeout(() => {
        this.#moveError = late();
        this.#home.giveUp("time is up");
      }, deadline - this.#host.now());
      try {
        if (!this.#home.move(to))
          this.#moved(`it is ${this.#home.phase}, and site ${to} is ${this.#host.isUp(to) ? "up" : "down"}`);
        await promise;
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /** Bytes that `restore` makes the process of again; it goes on from them, too, if its site is lost. */
  checkpoint(options: ProcessOptions = {}): Promise<Uint8Array> {
    return this.#operation(options, async (deadline) => {
      const ticket = ++this.#lastTicket;
      const done = new Completion<Uint8Array>(`a checkpoint of ${this}`);
      this.#checkpoints.set(ticket, done);
      const late = this.#timeout("for a checkpoint", deadline);
      const timer = setTimeout(() => this.#take(ticket)?.reject(late()), deadline - this.#host.now());
      try {
        this.#host.send(this.site, { k: "checkpoint", p: this.id, e: this.#home.epoch, ticket });
        return await done.promise();
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /** Ends it at its next `yield`: its `finally` blocks run, and its result rejects. Settles when it has ended; nothing if it had. */
  async kill(options: ProcessOptions = {}): Promise<void> {
    if (this.isOver) return;
    this.#home.isDoomed = true;
    this.#moveError = killedError(this);
    this.#home.giveUp("it is being killed");
    const ended = (deadline: number) =>
      new Promise<void>((resolve, reject) => {
        const late = this.#killTimeout(deadline);
        const timer = setTimeout(() => reject(late()), deadline - this.#host.now());
        this.result.onSettled(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    try {
      await this.#operation(options, async (deadline) => {
        this.#host.send(this.site, { k: "kill", p: this.id, e: this.#home.epoch });
        await ended(deadline);
      });
    } catch (error) {
      if (!this.isOver) throw error;
    }
  }

  /** Sends it a message: it gets it once, wherever it is, in the order sent. Throws if it has ended or takes none. */
  post(value: unknown): void {
    if (this.isOver) throw this.overError();
    const packed = this.#host.pack(value, this.#host.sites, "a message"); // what the sender does to it later is not in it
    const { messages, bytes } = this.#mail.kept;
    if (this.#mail.post(this.#host.unpack(packed), sizeOf(packed)) >= 0) return;
    throw new IslesError(
      "MAILBOX_FULL",
      `${this} has ${messages} messages (${bytes} bytes) that it has not received${this.#checkpointAt === undefined ? "" : " since its last checkpoint"}; ` +
        `this one was not sent: let it receive${this.#checkpointAt === undefined ? "" : ", and take checkpoints more often"}`,
    );
  }

  info(now: LocalInfo | undefined): ProcessInfo {
    if (now !== undefined) this.#cpuMs = now.cpuMs;
    return {
      id: this.id,
      name: this.meta.name,
      site: this.site,
      state: this.#state(now),
      ageMs: this.#host.now() - this.#bornAt,
      cpuMs: this.isOver ? this.#cpuMs : (now?.cpuMs ?? this.#cpuMs),
      moves: this.#moves,
      restarts: this.#restarts,
      mail: now?.mail ?? 0,
      waitingFor: now?.waitingFor,
      pinnedBy: now?.pinnedBy,
      policy: this.policy,
      checkpointAgeMs: this.#checkpointAt === undefined ? undefined : this.#host.now() - this.#checkpointAt,
    };
  }

  /** As policies see it. A site that has not answered is too busy to let it run. */
  view(now: LocalInfo | undefined): ProcessView {
    if (now !== undefined) this.#cpuMs = now.cpuMs;
    return {
      id: this.id,
      policy: this.policy,
      isRunnable: now === undefined || now.state === "running" || now.state === "ready",
      cpuMs: this.#cpuMs,
      sinceMoveMs: this.#host.now() - this.#cameAt,
    };
  }

  /** Whether a policy may move it now: it runs, and nothing is being done to it. */
  get isSettled(): boolean {
    return this.#home.phase === "running" && this.#underWay === 0;
  }

  overError(): Error {
    if (this.#closedBy !== undefined) return this.#closedBy;
    return new IslesError("PROCESS_OVER", `${this} has ended (${this.#ending}); its result says how`);
  }

  /** Its copy at `site` has asked to go elsewhere, and is told that it stays. */
  stay(): void {
    if (!this.isOver) this.#host.send(this.site, { k: "stay", p: this.id, e: this.#home.epoch });
  }

  isCopy(site: number, epoch: number): boolean {
    return this.site === site && this.#home.epoch === epoch && !this.isOver;
  }

  #state(now: LocalInfo | undefined): ProcessState {
    if (this.#ending !== undefined) return this.#ending;
    if (this.#home.phase === "starting") return "starting";
    if (this.#home.phase === "moving" || this.#home.phase === "settling") return "moving";
    return now?.state ?? "busy";
  }

  /** Runs `act` when the operations before have ended and the process runs; `act` has until `deadline`. */
  #operation<T>(options: ProcessOptions, act: (deadline: number) => Promise<T>): Promise<T> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    const deadline = this.#host.now() + Math.min(timeoutMs, 2 ** 31 - 1);
    const turn = async (): Promise<T> => {
      await this.#running();
      if (this.isOver) throw this.overError();
      return act(deadline);
    };
    this.#underWay++;
    const done = this.#tail.then(turn).finally(() => this.#underWay--);
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** Settles when it runs at some site, or is over. */
  #running(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#home.phase !== "running" && !this.isOver) return;
        this.#runs.delete(look);
        resolve();
      };
      this.#runs.add(look);
      look();
    });
  }

  #timeout(what: string, deadline: number): () => TimeoutError {
    const ms = Math.round(deadline - this.#host.now());
    return () =>
      new TimeoutError(
        `${this} on site ${this.site} has not come to a \`yield\` ${what} within ${ms} ms; it goes on as it was. ` +
          "A process moves, is saved and is killed only where it yields",
      );
  }

  #killTimeout(deadline: number): () => TimeoutError {
    const ms = Math.round(deadline - this.#host.now());
    return () =>
      new TimeoutError(
        `${this} on site ${this.site} has not ended within ${ms} ms: it has not come to a \`yield\`, or its \`finally\` blocks go on. ` +
          "It ends when they are through; cluster.kill(site) ends its site and everything there",
      );
  }

  #moved(why: string | undefined): void {
    if (this.#home.phase === "over") return; // whoever waits for the move hears how it ended
    const { site } = this;
    const moving = this.#moving;
    this.#moving = undefined;
    if (why === undefined) {
      this.#moves++;
      this.#cameAt = this.#host.now();
      this.#host.changed(this, `is on site ${site}`);
      moving?.resolve();
      return;
    }
    for (const listener of [...this.#runs]) listener();
    moving?.reject(this.#moveError ?? this.#moveFailure(why));
  }

  #moveFailure(why: string): Error {
    const down = /^site (\d+) went down$/.exec(why);
    if (down !== null) return new SiteDownError(Number(down[1]), `${this} has not moved: ${why}`);
    return new MigrationError(`${this} on site ${this.site}`, why);
  }

  #checkpointed(message: Extract<SiteToHome, { k: "checkpointed" }>): void {
    const { e, bytes, received, ticket } = message;
    if (this.#home.checkpointed(e, bytes, received)) {
      this.#mail.checkpointed(received);
      this.#checkpointAt = this.#host.now();
    }
    this.#take(ticket)?.resolve(bytes);
  }

  #take(ticket: number): Completion<Uint8Array> | undefined {
    const done = this.#checkpoints.get(ticket);
    this.#checkpoints.delete(ticket);
    return done;
  }

  #failCheckpoints(error: Error): void {
    for (const ticket of [...this.#checkpoints.keys()]) this.#take(ticket)?.reject(error);
  }

  #ended(outcome: Outcome): void {
    this.#cpuMs = outcome.cpuMs;
    if (outcome.kind === "returned") {
      const value = this.#host.unpack(outcome.result);
      return this.#over("returned", undefined, value);
    }
    if (outcome.kind === "threw") return this.#over("threw", this.#host.decode(outcome.error));
    const cause = outcome.error && this.#host.decode(outcome.error);
    return this.#over("killed", killedError(this, cause));
  }

  #over(ending: Ending, error: Error | undefined, value?: unknown): void {
    if (this.isOver) return;
    this.#ending = ending;
    this.#mail.hold();
    const over = this.overError();
    // Whatever was thrown: it may be undefined.
    if (ending === "returned") this.result.resolve(value);
    else this.result.reject(error);
    if (ending === "returned") this.started.resolve();
    else this.started.reject(error);
    const why = ending === "lost" || ending === "unstarted" ? error! : over;
    this.#moving?.reject(why);
    this.#moving = undefined;
    this.#failCheckpoints(why);
    for (const listener of [...this.#runs]) listener();
    this.#host.changed(this, `has ended (${ending})`);
  }

  /** It has brought its site down twice, soon after it went on from this checkpoint: it would bring down the next one, too. */
  #isSuspect(site: number): boolean {
    const isSoon = this.#restartedAt !== undefined && this.#host.now() - this.#restartedAt < SOON_MS;
    if (isSoon && this.#host.whyDown(site).startsWith("its thread died")) this.#quickLosses++;
    else this.#quickLosses = 0;
    return this.#quickLosses >= MAX_QUICK_LOSSES;
  }

  #lostError(site: number): Error {
    if (this.#home.isDoomed) return killedError(this);
    return new SiteDownError(
      site,
      `${this} was lost with site ${site} (${this.#host.whyDown(site)}): ${
        this.#home.checkpoint === undefined
          ? "it had no checkpoint to go on from; handle.checkpoint() makes one"
          : this.#quickLosses >= MAX_QUICK_LOSSES
            ? "it was so each time soon after it had gone on from its checkpoint, so it is not tried again"
            : "no site is left to go on from its checkpoint"
      }`,
    );
  }
}

function killedError(process: HomeProcess, cause?: Error): IslesError {
  return new IslesError("KILLED", `${process} was killed`, cause && { cause });
}

/** Roughly, in bytes: what the limit on kept messages counts. */
function sizeOf({ value }: Packed): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let size = 16;
  const left: unknown[] = [value];
  for (let next = left.pop(), seen = 0; next !== undefined && seen < 1_000; next = left.pop(), seen++) {
    if (typeof next === "string") size += next.length;
    else if (ArrayBuffer.isView(next)) size += next.byteLength;
    else if (next instanceof ArrayBuffer) size += next.byteLength;
    else if (typeof next === "object" && next !== null) {
      size += 16;
      left.push(...Object.values(next).slice(0, 1_000));
    } else size += 8;
  }
  return size;
}
