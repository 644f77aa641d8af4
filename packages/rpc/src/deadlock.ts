import { type CollectiveKey, DeadlockError, type LockClaim, type SyncReport, type WaitReason } from "@isles/base";

/** What one site tells of itself, at one moment. Plain data. */
export interface SiteReport {
  readonly site: number;
  /** The innermost wait of its thread; undefined while program code runs. `wait` changes whenever program code has run. */
  readonly blocked?: { readonly wait: number; readonly reason?: WaitReason | undefined } | undefined;
  /** Calls wait here that the blocked thread is about to run. Not those beyond the nesting limit. */
  readonly runnable: boolean;
  /** Calls that came in and are not answered: queued, running or suspended. A caller gives no number twice. */
  readonly calls: readonly { readonly from: number; readonly id: number }[];
  readonly sync: SyncReport;
}

/** Sites that wait for each other. */
export interface Cycle {
  /** Each waits for the next, the last for the first. */
  readonly sites: readonly number[];
  /** `site 0 waits for counter.add on site 1; site 1 waits for lock "x", which site 0 holds` */
  readonly text: string;
  /** The one wait to end, the same whoever finds the cycle: one error is enough to break it. */
  readonly victim: { readonly site: number; readonly wait: number };
}

interface Edge {
  readonly from: number;
  readonly to: number;
  /** `from`'s number of the wait. */
  readonly wait: number;
  readonly kind: WaitReason["kind"];
  /** Every fact it stands on, by numbers that are never used twice. */
  readonly id: string;
  readonly text: string;
}

/**
 * Finds waits that can never succeed, from two rounds of reports. The second round is asked for when the first is in; a site
 * that did not answer counts as computing. Between the rounds the sites run on and messages are under way, yet no verdict is
 * ever wrong:
 *
 *  1. One instant. Let T be the moment between the rounds. An edge counts only if both rounds show it, on the same facts:
 *     the same waits of both its sites, the same call, the same two requests for a lock, the same arrival at a collective.
 *     A site's wait keeps its number only while the site runs no program code, and a fact that is gone never comes back.
 *     So every edge of the verdict is true at T, and its sites are frozen at T: blocked, with nothing to run.
 *  2. Nothing is under way. An edge has the word of the other end, too. The callee lists the call: no answer is under way.
 *     The home has the request waiting behind another one that the other's site still keeps: as a lock is granted in order
 *     and only after that site has let go, no grant is under way. The root has as many arrivals as the waiter has unanswered
 *     calls, and the missing site has made none: neither a release nor the missing arrival is under way.
 *  3. What must happen is up to the frozen. A waiting call succeeds only after its handler has returned: it is buried in the
 *     callee's stack under the innermost wait, or needs the callee's event loop, or is queued beyond the nesting limit. A
 *     lock comes only after everyone before it, unless both only read, has let go; a collective only after every site has
 *     called it. So each wait of the cycle succeeds only after the next one has ended.
 *  4. Hence the first wait of the cycle to succeed after T would have another succeed before it: none ever does. One that
 *     fails (a run broken off, a lost site) frees the others; so does the DeadlockError of the victim.
 *
 * Taken for granted in 3: code that holds a lock and is not over lets it go itself, rather than have a later call do it, and
 * a function that `runAll` started makes its collective calls itself. Where calls do such things for others, there is no
 * edge: what a call leaves locked when it ends, or may let go in a signal's listener, is not reported, and a collective
 * called by a remote call has no reason. Nor is what a process holds between two steps: the next one may run inside a wait of
 * its thread, or on another site. While a step is under way the process is as frozen as its thread, and its locks count.
 *
 * Missed, and left to time limits: cycles through a site whose event loop is free (a timer may yet help), through the
 * launcher, and through waits that anybody may end (semaphores, conditions, latches, words).
 */
export class DeadlockWatch {
  #before: ReadonlySet<string> = new Set();

  /**
   * Takes the next round; its reports were asked for after the last round was complete. Returns a cycle that both rounds
   * prove. If only this one shows a cycle (see {@link findDeadlock}), another round is worth taking at once.
   */
  observe(reports: readonly (SiteReport | undefined)[]): Cycle | undefined {
    const edges = edgesOf(reports);
    const before = this.#before;
    this.#before = new Set(edges.map((edge) => edge.id));
    return cycleIn(edges.filter((edge) => before.has(edge.id)));
  }
}

/** A cycle as one round shows it: no proof, since the reports are of different moments. */
export function findDeadlock(reports: readonly (SiteReport | undefined)[]): Cycle | undefined {
  return cycleIn(edgesOf(reports));
}

export function deadlockError({ sites, text }: Cycle): DeadlockError {
  const remedy =
    sites.length === 1
      ? "It waits for something that only its own blocked thread could do"
      : "They wait for each other, and none can go on";
  return new DeadlockError(
    sites,
    `deadlock: ${text}. ${remedy}; call asynchronously, let locks go before a call that blocks, and make methods that ` +
      "blocked sites answer synchronous functions (async ones go on only in the event loop)",
  );
}

type Reports = ReadonlyMap<number, SiteReport>;
interface Waiting {
  readonly report: SiteReport;
  readonly wait: number;
}

/** Who waits for whom. Only blocked sites are of interest: whoever waits for another one waits for the living. */
function edgesOf(answers: readonly (SiteReport | undefined)[]): Edge[] {
  const reports = new Map<number, SiteReport>();
  for (const report of answers) if (report !== undefined) reports.set(report.site, report);
  const edges: Edge[] = [];
  for (const report of reports.values()) {
    const reason = report.blocked?.reason;
    if (reason === undefined || report.runnable) continue;
    const from = { report, wait: report.blocked!.wait };
    switch (reason.kind) {
      case "call":
        callEdge(from, reason, reports, edges);
        break;
      case "lock":
        lockEdges(from, reason, reports, edges);
        break;
      case "collective":
        collectiveEdges(from, reason, reports, edges);
        break;
      default:
        reason satisfies never;
    }
  }
  return edges;
}

/** Adds an edge, with the sentence's end and what it stands on besides the two waits, unless the awaited site computes. */
function add(edges: Edge[], from: Waiting, to: SiteReport | undefined, fact: readonly unknown[], text: string): void {
  if (to?.blocked === undefined) return;
  const { site, blocked } = from.report;
  const id = JSON.stringify([site, from.wait, to.site, to.blocked.wait, ...fact]);
  const { kind } = blocked!.reason!;
  edges.push({ from: site, to: to.site, wait: from.wait, kind, id, text: `site ${site} waits ${text}` });
}

function callEdge(from: Waiting, reason: WaitReason & { kind: "call" }, reports: Reports, edges: Edge[]): void {
  const { to, call, method } = reason;
  const callee = reports.get(to);
  if (callee?.calls.some((one) => one.from === from.report.site && one.id === call) !== true) return;
  const where = to === from.report.site ? "itself" : `site ${to}`;
  add(edges, from, callee, ["call", call], `for ${method} on ${where}`);
}

/** One edge to everyone before it whose hold excludes its own. */
function lockEdges(from: Waiting, reason: WaitReason & { kind: "lock" }, reports: Reports, edges: Edge[]): void {
  const { name, home, req } = reason;
  const queue = reports.get(home)?.sync.locks.find((one) => one.name === name);
  const place = queue?.waiters.findIndex((one) => one.site === from.report.site && one.req === req) ?? -1;
  if (queue === undefined || place < 0) return;
  const own = queue.waiters[place]!;
  const wait = (before: LockClaim, how: string): void => {
    const other = reports.get(before.site);
    if ((own.isShared && before.isShared) || other?.sync.claims.includes(before.req) !== true) return;
    const who = before.site === from.report.site ? "it" : `site ${before.site}`;
    add(edges, from, other, ["lock", req, before.req], `for lock "${name}", ${how.replace("%", who)}`);
  };
  for (const holder of queue.holders) wait(holder, "which % holds");
  for (const waiter of queue.waiters.slice(0, place)) wait(waiter, "for which % queues before it");
}

function collectiveEdges(
  from: Waiting,
  reason: WaitReason & { kind: "collective" },
  reports: Reports,
  edges: Edge[],
): void {
  const key: CollectiveKey = { what: reason.what, name: reason.name, group: reason.group.id };
  const same = (one: CollectiveKey): boolean =>
    one.what === key.what && one.group === key.group && one.name === key.name;
  const called = from.report.sync.collectives.find(same)?.calls;
  for (const { sync } of reports.values()) {
    const round = sync.rounds.find(same);
    const own = round?.arrivals.find(({ site }) => site === from.report.site);
    if (round === undefined || own === undefined || own.calls !== called) continue;
    for (const other of reports.values()) {
      const isMissing = !round.arrivals.some(({ site }) => site === other.site) && !other.sync.collectives.some(same);
      const name = reason.name === "" ? reason.what : `${reason.what} "${reason.name}"`;
      if (isMissing)
        add(
          edges,
          from,
          other,
          [key.what, key.group, key.name, own.serial, own.calls],
          `in ${name}, which site ${other.site} has not called`,
        );
    }
  }
}

/** A cycle of the graph, if there is one: depth first, from the lowest site. */
function cycleIn(edges: readonly Edge[]): Cycle | undefined {
  const out = new Map<number, Edge[]>();
  for (const edge of edges) out.set(edge.from, [...(out.get(edge.from) ?? []), edge]);
  const done = new Set<number>();
  const path: Edge[] = [];
  const visit = (site: number): readonly Edge[] | undefined => {
    if (done.has(site)) return undefined;
    const start = path.findIndex((edge) => edge.from === site);
    if (start >= 0) return path.slice(start);
    for (const edge of out.get(site) ?? []) {
      path.push(edge);
      const cycle = visit(edge.to);
      if (cycle !== undefined) return cycle;
      path.pop();
    }
    done.add(site);
    return undefined;
  };
  for (const site of [...out.keys()].sort((a, b) => a - b)) {
    const cycle = visit(site);
    if (cycle !== undefined) return described(cycle);
  }
  return undefined;
}

/** A lock not granted leaves nothing half done; a call that is given up may still be carried out. */
const VICTIMS: readonly WaitReason["kind"][] = ["lock", "call", "collective"];

function described(found: readonly Edge[]): Cycle {
  const first = found.reduce((least, edge, at) => (edge.from < found[least]!.from ? at : least), 0);
  const cycle = [...found.slice(first), ...found.slice(0, first)];
  const victim = VICTIMS.flatMap((kind) => cycle.filter((edge) => edge.kind === kind))[0]!;
  return {
    sites: cycle.map((edge) => edge.from),
    text: cycle.map((edge) => edge.text).join("; "),
    victim: { site: victim.from, wait: victim.wait },
  };
}
