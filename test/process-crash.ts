import type { Prng } from "@isles/testkit";
import { type Cluster, type ProcessHandle, SiteDownError } from "isles";

/** What the witness has seen of one process, and the checkpoints that it may be started again from. */
export class Seen {
  /** Its last step; -1 before the first. */
  last = -1;
  /** Times that it went back. */
  restarts = 0;
  readonly wrong: string[] = [];
  /** Steps that checkpoints that were taken, or are being taken, go on with; the last is the newest. */
  #windows: Window[] = [];

  step(step: number, site: number): void {
    const { last } = this;
    this.last = step;
    if (step === last + 1) {
      // It goes on: had it gone back before its newest checkpoint, it would not do this step now. It never goes on from an older one.
      const newest = this.#windows.findLastIndex(({ isTaken }) => isTaken);
      if (newest >= 0) this.#windows = this.#windows.slice(newest);
      return;
    }
    this.restarts++;
    if (!this.#windows.some(({ from, to }) => from <= step && step <= to)) {
      const windows = this.#windows.map(({ from, to }) => `${from} to ${to}`).join(", ");
      this.wrong.push(`step ${step} on site ${site} after step ${last}; checkpoints go on with ${windows || "none"}`);
    }
    // It may have gone back before those were taken that have been asked for.
    for (const window of this.#windows) window.from = Math.min(window.from, step);
  }

  /** A checkpoint is asked for; the result is to be called when it is there, or has failed. */
  checkpoint(): (isTaken: boolean) => void {
    const window: Window = { from: this.last, to: Infinity, isTaken: false };
    this.#windows.push(window);
    return (isTaken) => {
      window.to = this.last + 1;
      window.isTaken = isTaken;
    };
  }
}

interface Window {
  from: number;
  to: number;
  isTaken: boolean;
}

type Kind = { readonly driver: "counting" | "listening"; readonly isSaved: boolean; readonly isDriven: boolean };
const KINDS: readonly Kind[] = [
  { driver: "counting", isSaved: false, isDriven: false },
  { driver: "counting", isSaved: true, isDriven: true },
  { driver: "listening", isSaved: true, isDriven: true },
  { driver: "counting", isSaved: true, isDriven: false },
  { driver: "listening", isSaved: false, isDriven: true },
  { driver: "listening", isSaved: true, isDriven: false },
];
/** An answer may take so long, in milliseconds: nothing waits for ever. */
const ANSWER_MS = 10_000;

/** What one round of crashes came to. */
export interface Round {
  readonly wrong: string[];
  moves: number;
  restarts: number;
  lost: number;
  returned: number;
  checkpoints: number;
  /** Moves that a crash ended. */
  ended: number;
}

/** A process of a round, with everything that is done to it. */
class Subject {
  readonly #round: Round;
  readonly #prng: Prng;
  readonly #cluster: Cluster;
  readonly #process: ProcessHandle;
  readonly #kind: Kind;
  readonly seen: Seen;
  readonly #sent: number[] = [];
  isOver = false;

  constructor(round: Round, cluster: Cluster, process: ProcessHandle, kind: Kind, seen: Seen, prng: Prng) {
    this.#round = round;
    this.#cluster = cluster;
    this.#process = process;
    this.#kind = kind;
    this.seen = seen;
    this.#prng = prng;
  }

  get #label(): string {
    return `${this.#process} (${JSON.stringify(this.#kind)})`;
  }

  get site(): number {
    return this.#process.site;
  }

  /** Begins a move, of which nobody waits for the end. */
  moveTo(site: number): void {
    this.#process.migrate(site).catch(() => undefined);
  }

  /** All that is done to it until the round is over. */
  async bother(): Promise<void> {
    const tasks: Promise<void>[] = [];
    if (this.#kind.isDriven) tasks.push(this.#repeat(() => this.#move()));
    if (this.#kind.isSaved) tasks.push(this.#repeat(() => this.#save()));
    if (this.#kind.driver === "listening") tasks.push(this.#repeat(() => this.#send()));
    await Promise.all(tasks);
  }

  async #repeat(act: () => Promise<void>): Promise<void> {
    while (!this.isOver) {
      await act().catch((error: Error & { code?: string }) => {
        if (error.code === "PROCESS_OVER") this.isOver = true;
        else if (!(error instanceof SiteDownError)) this.#wrong(`${error.name} ${error.message}`);
      });
      await pause(this.#prng.below(8));
    }
  }

  async #move(): Promise<void> {
    const to = this.#prng.below(this.#cluster.sites);
    try {
      await within(this.#process.migrate(to), `${this.#label} to site ${to}`);
    } catch (error) {
      this.#round.ended++;
      throw error;
    }
    this.#round.moves++;
  }

  async #save(): Promise<void> {
    const done = this.seen.checkpoint();
    let isTaken = false;
    try {
      await within(this.#process.checkpoint(), `a checkpoint of ${this.#label}`);
      isTaken = true;
      this.#round.checkpoints++;
    } finally {
      done(isTaken);
    }
  }

  async #send(): Promise<void> {
    const message = this.#sent.length;
    this.#sent.push(message);
    await within(this.#process.send(message), `a message to ${this.#label}`);
  }

  /** Waits for its end, and looks whether that is what it has to be. */
  async end(): Promise<void> {
    if (this.#kind.driver === "listening") await this.#process.send("end").catch(() => undefined);
    let outcome: unknown;
    try {
      outcome = await this.#process.wait({ timeoutMs: ANSWER_MS });
    } catch (error) {
      outcome = error;
    }
    const { restarts, state } = await this.#process.info();
    this.#round.restarts += restarts;
    for (const wrong of this.seen.wrong) this.#wrong(wrong);
    if (this.seen.restarts > restarts) this.#wrong(`it went back ${this.seen.restarts} times in ${restarts} restarts`);
    if (outcome instanceof SiteDownError) this.#lost(outcome, state);
    else if (outcome instanceof Error) this.#wrong(`${outcome.name} ${outcome.message}`);
    else this.#returned(outcome as { steps: number; got?: number[] });
  }

  #lost({ message }: SiteDownError, state: string): void {
    this.#round.lost++;
    if (state !== "lost") this.#wrong(`is ${state} after ${message}`);
    if (!/^process \d+ \(\w+\) was lost with site \d \([^)]+\): (it had no checkpoint|no site is left)/.test(message))
      this.#wrong(message);
  }

  #returned({ steps, got }: { steps: number; got?: number[] }): void {
    this.#round.returned++;
    if (steps !== this.seen.last + 1) this.#wrong(`returned after ${steps} steps, the last seen is ${this.seen.last}`);
    if (got !== undefined && got.join() !== this.#sent.join()) this.#wrong(`got ${got.join()} of ${this.#sent.join()}`);
  }

  #wrong(what: string): void {
    this.#round.wrong.push(`${this.#label}: ${what}`);
  }
}

/** Kills all sites but one of a cluster, one after the other, under processes that move, are saved and are sent messages. */
export async function crash(cluster: Cluster, prng: Prng): Promise<Round> {
  const round: Round = { wrong: [], moves: 0, restarts: 0, lost: 0, returned: 0, checkpoints: 0, ended: 0 };
  const seen = new Map<number, Seen>();
  let goesOn = true;
  const seenOf = (id: number): Seen => {
    if (!seen.has(id)) seen.set(id, new Seen());
    return seen.get(id)!;
  };
  cluster.rpc.expose("witness", {
    step(id: number, step: number, site: number): boolean {
      seenOf(id).step(step, site);
      return goesOn;
    },
  });
  const subjects = await Promise.all(
    [...KINDS, ...KINDS].map(async (kind) => {
      const policy = kind.isDriven ? "none" : "every-yield";
      const process = await cluster.spawn(kind.driver, [1 << prng.below(14)], {
        site: prng.below(cluster.sites),
        policy,
      });
      return new Subject(round, cluster, process, kind, seenOf(process.id), prng);
    }),
  );
  const bothered = subjects.map((subject) => subject.bother());
  const left = Array.from({ length: cluster.sites }, (_, site) => site);
  while (left.length > 1) {
    await pause(3 + prng.below(60));
    const victim = await aim(prng.pick(subjects), left, prng);
    left.splice(left.indexOf(victim), 1);
    await within(cluster.kill(victim), "to kill a site");
  }
  await pause(prng.below(30));
  goesOn = false;
  for (const subject of subjects) subject.isOver = true;
  await Promise.all(bothered);
  await Promise.all(subjects.map((subject) => subject.end()));
  return round;
}

/** A site to kill now: as a rule one that has to do with a move that has just begun, and is at some point of it. */
async function aim(subject: Subject, left: readonly number[], prng: Prng): Promise<number> {
  const others = left.filter((site) => site !== subject.site);
  const to = prng.pick(others);
  const victim = prng.pick([subject.site, to, prng.pick(others)]);
  subject.moveTo(to);
  for (let turns = prng.below(6); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
  if (prng.chance(0.3)) await pause(1);
  return left.includes(victim) ? victim : to;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Nothing waits for ever. */
async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came of ${what} in ${ANSWER_MS} ms`)), ANSWER_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
