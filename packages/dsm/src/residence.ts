import type { Completion } from "@isles/base";
import { Service, type ServiceHandler } from "@isles/transport";
import type { Endpoint } from "./endpoint.ts";
import type { PageSpan } from "./near.ts";

/** How many bytes of some pages are at one site; a page counts as one of these, or as none. */
export interface Residence {
  /** In M there: it may write them at once. */
  readonly owned: number;
  /** In S there: it may read them at once. */
  readonly cached: number;
  /** Not cached there, but their home copy is there and good. */
  readonly home: number;
}

/** What one site said last about some pages. */
export interface SiteResidence extends Residence {
  /** How old that is, in milliseconds; 0 for an answer to the question just asked. */
  readonly ageMs: number;
}

export interface Residences {
  /** Bytes of all the pages asked about. */
  readonly total: number;
  /** By site; undefined for a site that has said nothing yet, or is down. */
  readonly sites: readonly (SiteResidence | undefined)[];
  /** By the asker's clock, in milliseconds. */
  readonly askedAt: number;
}

/**
 * How long the answer of a site is waited for that runs something and has told of these pages before, in milliseconds. Sites
 * answer at their next poll point: within microseconds when idle or waiting, but late from inside a loop over raw views; then
 * what it said last has to do.
 */
export const ANSWER_TIMEOUT_MS = 3;
/**
 * The same for a site that runs nothing, and so answers as soon as its thread gets a core, and for one that has never told of
 * these pages. A site that has let this pass is not waited for again before it has answered.
 */
export const FIRST_ANSWER_TIMEOUT_MS = 50;

/**
 * Answers stand, without another question, as long as no site has gained pages since. A site whose last report of that is older
 * than this, in milliseconds, is asked: what runs there unknown to the asker (a callback, a timer) may have gained some.
 */
export const REPORT_FRESH_MS = 10;

/** Sets of pages whose last answers are remembered: about 100 bytes per site each. */
const REMEMBERED_MAX = 4_096;
/** Questions that one message to a site carries at most. */
const BATCH_MAX = 256;
/** Messages that a site which does not answer is sent at most: they lie in its mailbox until it polls. */
const UNANSWERED_MAX = 64;

interface Answer extends Residence {
  /** By the asker's clock. */
  readonly at: number;
  /** See `ResidenceService.gains`: of the site, and of the asker. */
  readonly gains: number;
  readonly askersGains: number;
  /** Messages that the asker had sent by then, but for its questions: they may move pages. */
  readonly messages: number;
}

/** What a site has said of the pages it has gained. */
interface Report {
  readonly gains: number;
  /** By the asker's clock. */
  readonly at: number;
}

interface Question {
  /** The pages, as they are sent: `region first last` for each span, blanks between them. */
  readonly key: string;
  readonly total: number;
  readonly done: Completion<Residences>;
}

/** Questions asked in one message to every site. */
interface Round {
  readonly questions: readonly Question[];
  readonly askedAt: number;
  /** Sites that have still to answer. */
  readonly missing: Set<number>;
  timer: NodeJS.Timeout | undefined;
  isSettled: boolean;
}

/**
 * Where data is: every endpoint counts from its own page states and says so when asked. One of them (the launcher, which
 * places computations) asks.
 */
export class ResidenceService implements ServiceHandler {
  /** The last known size of each site's JavaScript heap, in bytes; 0 if it has not said. */
  readonly heapBytes: number[];
  /** Whether a site can answer. Where questions are asked, somebody says so. */
  isUp: (site: number) => boolean = () => true;
  /** Whether a site runs something, and so may not poll for long. */
  isBusy: (site: number) => boolean = () => true;
  /** Messages with answers that have come. */
  answers = 0;
  readonly #endpoint: Endpoint;
  readonly #ownHeapBytes: () => number;
  readonly #rounds = new Map<number, Round>();
  readonly #lastAnswers = new Map<string, (Answer | undefined)[]>();
  /** Messages sent to each site and not answered. */
  readonly #unanswered: number[];
  /** Sites that let their time pass, and have not answered since. */
  readonly #late = new Set<number>();
  readonly #reports: (Report | undefined)[] = [];
  #next: Question[] = [];
  #lastTicket = 0;
  #questionsSent = 0;

  /** `ownHeapBytes`: size of this thread's heap. */
  constructor(endpoint: Endpoint, ownHeapBytes: () => number) {
    this.#endpoint = endpoint;
    this.#ownHeapBytes = ownHeapBytes;
    this.heapBytes = new Array<number>(endpoint.sites).fill(0);
    this.#unanswered = new Array<number>(endpoint.sites).fill(0);
    endpoint.on(Service.Residence, this);
  }

  /**
   * Asks every site that is up how much of the pages it has. Resolves when all have answered or have let their time pass, see
   * {@link ANSWER_TIMEOUT_MS} and {@link FIRST_ANSWER_TIMEOUT_MS}. Rejects with ReleasedError if an array was freed, or with what ended the cluster.
   */
  ask(spans: readonly PageSpan[]): Promise<Residences> {
    const done = this.#endpoint.pend<Residences>("where some pages are");
    if (done.settled) return done.promise();
    const key = keyOf(spans);
    try {
      const total = this.#bytesOf(spans);
      if (this.#stands(key)) {
        done.resolve(this.#known({ key, total }, -Infinity));
        return done.promise();
      }
      this.#next.push({ key, total, done });
    } catch (error) {
      done.reject(error);
      return done.promise();
    }
    // What one turn asks goes in one message to each site.
    if (this.#next.length === 1) queueMicrotask(() => this.#send());
    else if (this.#next.length === BATCH_MAX) this.#send();
    return done.promise();
  }

  /** What `ask` would resolve to if nobody need be asked; undefined if sites must be. */
  standing(spans: readonly PageSpan[]): Residences | undefined {
    for (let site = 0; site < this.#endpoint.sites; site++) if (this.isUp(site) && this.isBusy(site)) return undefined;
    const key = keyOf(spans);
    if (!this.#stands(key)) return undefined;
    return this.#known({ key, total: this.#bytesOf(spans) }, -Infinity);
  }

  /** An earlier answer with what has been heard since. */
  update(spans: readonly PageSpan[], found: Residences): Residences {
    return this.#known({ key: keyOf(spans), total: found.total }, found.askedAt);
  }

  /**
   * Counts the pages that this endpoint has asked for, in whatever mode. As long as no endpoint's count changes, no page changes
   * its place: what one loses, another has asked for.
   */
  get gains(): number {
    let gains = 0;
    for (const { stats } of this.#endpoint.regions.all) gains += stats.readMisses + stats.writeMisses + stats.upgrades;
    return gains;
  }

  /** A site has told its `gains` with a message of another service. */
  reported(site: number, gains: number): void {
    this.#reports[site] = { gains, at: this.#endpoint.now() };
  }

  /** A site is lost: nobody waits for its answers, and what it had is gone. */
  siteDown(site: number): void {
    for (const [ticket, round] of [...this.#rounds]) {
      round.missing.delete(site);
      this.#look(ticket, round);
    }
    for (const answers of this.#lastAnswers.values()) answers[site] = undefined;
  }

  // ServiceHandler

  text(from: number, text: string): void {
    if (text[0] === "?") this.#answer(from, text.slice(1));
    else this.#answered(from, text.slice(1));
  }

  value(): void {}

  #send(): void {
    const questions = this.#next.filter(({ done }) => !done.settled);
    this.#next = [];
    if (questions.length === 0) return;
    const ticket = ++this.#lastTicket;
    const round: Round = {
      questions,
      askedAt: this.#endpoint.now(),
      missing: new Set(),
      timer: undefined,
      isSettled: false,
    };
    const text = `?${ticket}|${questions.map(({ key }) => key).join("|")}`;
    for (let site = 0; site < this.#endpoint.sites; site++) {
      if (!this.isUp(site) || this.#unanswered[site]! >= UNANSWERED_MAX) continue;
      round.missing.add(site);
      this.#unanswered[site]!++;
      this.#questionsSent++;
      this.#endpoint.sendText(site, Service.Residence, text);
    }
    this.#rounds.set(ticket, round);
    this.#look(ticket, round);
  }

  /** Settles the round if there is nobody left to wait for. */
  #look(ticket: number, round: Round): void {
    if (round.missing.size === 0) this.#rounds.delete(ticket);
    if (round.isSettled) return;
    clearTimeout(round.timer);
    const patienceMs = Math.max(0, ...[...round.missing].map((site) => this.#patienceMs(site, round)));
    if (patienceMs === 0) return this.#settle(round);
    round.timer = setTimeout(
      () => {
        for (const site of round.missing) this.#late.add(site);
        this.#settle(round);
      },
      Math.max(0, round.askedAt + patienceMs - this.#endpoint.now()),
    );
  }

  #patienceMs(site: number, { questions }: Round): number {
    if (this.#late.has(site)) return 0;
    if (!this.isBusy(site)) return FIRST_ANSWER_TIMEOUT_MS;
    const hasTold = questions.every(({ key }) => this.#lastAnswers.get(key)?.[site] !== undefined);
    return hasTold ? ANSWER_TIMEOUT_MS : FIRST_ANSWER_TIMEOUT_MS;
  }

  #answered(from: number, text: string): void {
    const [head, ...answers] = text.split("|");
    const [ticket, heapBytes, gains] = head!.split(" ").map(Number) as [number, number, number];
    this.reported(from, gains);
    this.heapBytes[from] = heapBytes;
    this.#late.delete(from);
    this.answers++;
    const round = this.#rounds.get(ticket);
    if (round === undefined || !round.missing.delete(from)) return;
    this.#unanswered[from]!--;
    const [at, askersGains, messages] = [this.#endpoint.now(), this.gains, this.#otherMessages];
    for (const [i, { key }] of round.questions.entries()) {
      const [owned, cached, home] = answers[i]!.split(" ").map(Number) as [number, number, number];
      this.#remember(key, from, { owned, cached, home, at, gains, askersGains, messages });
    }
    this.#look(ticket, round);
  }

  /** Whether nothing can have moved since the last answers about these pages. */
  #stands(key: string): boolean {
    const answers = this.#lastAnswers.get(key);
    if (answers === undefined) return false;
    const [now, askersGains, messages] = [this.#endpoint.now(), this.gains, this.#otherMessages];
    for (let site = 0; site < this.#endpoint.sites; site++) {
      if (!this.isUp(site)) continue;
      const [answer, report] = [answers[site], this.#reports[site]];
      if (answer === undefined || report === undefined || this.isBusy(site)) return false;
      if (report.gains !== answer.gains || now - report.at > REPORT_FRESH_MS) return false;
      if (askersGains !== answer.askersGains || messages !== answer.messages) return false;
    }
    return true;
  }

  get #otherMessages(): number {
    return this.#endpoint.serviceMessages - this.#questionsSent;
  }

  #remember(key: string, site: number, answer: Answer): void {
    const answers = this.#lastAnswers.get(key) ?? new Array<Answer | undefined>(this.#endpoint.sites).fill(undefined);
    this.#lastAnswers.delete(key); // the one heard of last is forgotten last
    this.#lastAnswers.set(key, answers);
    answers[site] = answer;
    if (this.#lastAnswers.size <= REMEMBERED_MAX) return;
    for (const oldest of this.#lastAnswers.keys()) {
      this.#lastAnswers.delete(oldest);
      return;
    }
  }

  #settle(round: Round): void {
    round.isSettled = true;
    for (const question of round.questions) {
      if (!question.done.settled) question.done.resolve(this.#known(question, round.askedAt));
    }
  }

  #known({ key, total }: Pick<Question, "key" | "total">, askedAt: number): Residences {
    const now = this.#endpoint.now();
    const answers = this.#lastAnswers.get(key) ?? [];
    const sites: (SiteResidence | undefined)[] = [];
    for (let site = 0; site < this.#endpoint.sites; site++) {
      const answer = answers[site];
      sites.push(
        answer && {
          owned: answer.owned,
          cached: answer.cached,
          home: answer.home,
          ageMs: answer.at >= askedAt ? 0 : now - answer.at,
        },
      );
    }
    return { total, sites, askedAt };
  }

  #bytesOf(spans: readonly PageSpan[]): number {
    const { regions } = this.#endpoint;
    let bytes = 0;
    for (const { region: id, first, last } of spans) {
      const region = regions.regionOf(id);
      if (region === undefined) throw regions.freedError(id);
      bytes += (last - first + 1) * region.pageSize;
    }
    return bytes;
  }

  // The asked

  #answer(from: number, text: string): void {
    const [ticket, ...keys] = text.split("|");
    const answers = keys.map((key) => {
      const { owned, cached, home } = this.count(spansOf(key));
      return `${owned} ${cached} ${home}`;
    });
    this.#endpoint.sendText(
      from,
      Service.Residence,
      `=${ticket} ${this.#ownHeapBytes()} ${this.gains}|${answers.join("|")}`,
    );
  }

  /** What this endpoint has of some pages, in bytes; nothing of an array that was freed. */
  count(spans: readonly PageSpan[]): Residence {
    let [owned, cached, home] = [0, 0, 0];
    for (const { region: id, first, last } of spans) {
      const region = this.#endpoint.regions.regionOf(id);
      if (region === undefined) continue;
      const { pageSize } = region;
      for (let page = first; page <= last && page < region.pages; page++) {
        const where = region.residenceOf(page);
        if (where === "owned") owned += pageSize;
        else if (where === "cached") cached += pageSize;
        else if (where === "home") home += pageSize;
      }
    }
    return { owned, cached, home };
  }
}

function keyOf(spans: readonly PageSpan[]): string {
  let key = "";
  for (const { region, first, last } of spans) key += `${key && " "}${region} ${first} ${last}`;
  return key;
}

function spansOf(key: string): PageSpan[] {
  const numbers = key.split(" ").map(Number);
  const spans: PageSpan[] = [];
  for (let i = 0; i + 2 < numbers.length; i += 3) {
    spans.push({ region: numbers[i]!, first: numbers[i + 1]!, last: numbers[i + 2]! });
  }
  return spans;
}
