import { ClosedError, IslesError, SiteDownError, UsageError } from "@isles/base";
import type { Near } from "@isles/dsm";
import {
  POLICIES,
  type PolicyName,
  prefer,
  type SiteView,
  type TraitSite,
  type Traits,
} from "@isles/migration/internal";
import { Service } from "@isles/transport";
import { type Packed, unpack } from "@isles/wire";
import type { Member } from "../member.ts";
import type { Decisions } from "../placement/decisions.ts";
import { heard } from "../placement/job.ts";
import { checkProcessName, type ExportedProcess, findDefinition } from "./definitions.ts";
import { HomeProcess } from "./home-process.ts";
import { Images, parcelOf } from "./images.ts";
import type { HomeToSite, LocalInfo, ProcessMessage, ProcessMeta, Source } from "./messages.ts";
import { PROCESSES, type ProcessService } from "./migration.ts";
import { PolicyDriver } from "./policy-driver.ts";
import { type HandleDescription, type ProcessControl, ProcessHandle } from "./process-handle.ts";
import type { ProcessInfo, ProcessOptions } from "./process-types.ts";
import { openArrays } from "./references.ts";
import { checkTraits, type TraitsBySite, traitsOf } from "./traits.ts";

export interface TableOptions {
  readonly member: Member;
  readonly exported: readonly ExportedProcess[];
  /** The program's URL. */
  readonly program: string;
  readonly decisions: Decisions;
  isUp(site: number): boolean;
  /** Why a site is lost. */
  whyDown(site: number): string;
  readonly trace: (what: string) => void;
  /** What sites have been given at launch. */
  readonly traits: TraitsBySite;
  /** Functions that run on a site or wait to. */
  queueOf(site: number): number;
  /** The site for a process that nobody has placed; recorded. `counts`: processes by site. Throws SiteDownError if all are down. */
  place(name: string, counts: readonly number[]): { readonly site: number };
  /** The site that is nearest to data; recorded. Throws UsageError for what is no data. */
  placeNear(name: string, near: Near): Promise<{ readonly site: number }>;
}

/** Where a process starts, and why it moves. */
export interface SpawnOptions {
  /** Where it starts; without it, where its policy says, which is as a rule the site with the least to do. */
  readonly site?: number;
  /** Data to start near to, as for `run`. */
  readonly near?: Near;
  /**
   * Why it moves by itself. Default: `load` (balancing by age, with hysteresis), and `none` for one that was placed by hand; one that was not, and is
   * later moved by hand, also stays from then on.
   */
  readonly policy?: PolicyName;
  /** What it would like to have where it runs: the policies `hardware` and `software` go by that. */
  readonly prefers?: Traits;
}

/** How long `ps` waits for sites that compute, in milliseconds. */
const INSPECT_MS = 100;
/** How long a move that a policy wants may take until the process yields, in milliseconds. */
const POLICY_TIMEOUT_MS = 5_000;
/** Processes that have ended stay in `ps` until there are so many of them. */
const ENDED_KEPT = 256;

const SPAWN_OPTIONS = ["site", "near", "policy", "prefers"];

function checkSpawnOptions(options: SpawnOptions): void {
  if (typeof options !== "object" || options === null)
    throw new UsageError(
      "BAD_OPTION",
      `spawn takes options such as { site: 1 } after the arguments, not ${String(options)}`,
    );
  const unknown = Object.keys(options).find((key) => !SPAWN_OPTIONS.includes(key));
  if (unknown !== undefined)
    throw new UsageError("BAD_OPTION", `spawn has no option ${unknown}; it has ${SPAWN_OPTIONS.join(", ")}`);
  if (options.site !== undefined && options.near !== undefined)
    throw new UsageError("BAD_OPTION", "spawn is told both a site and what to be near to; leave one of them out");
}

function checkProcessOptions(call: string, options: ProcessOptions): void {
  const isObject = typeof options === "object" && options !== null;
  const unknown = isObject ? Object.keys(options).find((key) => key !== "timeoutMs") : String(options);
  if (unknown !== undefined) throw new UsageError("BAD_OPTION", `${call} has no option ${unknown}; it has timeoutMs`);
  const { timeoutMs } = options;
  if (timeoutMs === undefined || (typeof timeoutMs === "number" && timeoutMs >= 0)) return;
  throw new UsageError("BAD_OPTION", `${call}: timeoutMs is a number of at least 0, not ${String(timeoutMs)}`);
}

/** The processes of a cluster: the launcher is the home of all of them. */
export class ProcessTable implements ProcessControl {
  readonly #options: TableOptions;
  readonly #member: Member;
  readonly #images: Images;
  readonly #processes = new Map<number, HomeProcess>();
  readonly #ended: number[] = [];
  readonly #inspections = new Map<number, { left: Set<number>; processes: Map<number, LocalInfo>; done: () => void }>();
  /** Whose policy was asked for, and is not given up when they are moved by hand. */
  readonly #chosen = new Set<number>();
  readonly #driver: PolicyDriver;
  #lastId = 0;
  #lastTicket = 0;
  #isClosed = false;

  constructor(options: TableOptions) {
    this.#options = options;
    this.#member = options.member;
    this.#images = new Images(options.member, options.program);
    this.#driver = new PolicyDriver({
      look: async () => this.#views(await this.#inspect(false)),
      move: ({ process, to, reason }) => {
        const found = this.#processes.get(process);
        if (found?.isSettled === true && this.#options.isUp(to)) this.#move(found, to, reason);
      },
    });
    this.#member.processes = this;
    this.#member.rpcNode.services.addInternal(PROCESSES, this.#service());
    this.#member.endpoint.on(Service.Process, {
      text: () => undefined,
      value: (from, value) => this.#receive(from, value as ProcessMessage),
    });
  }

  /** Starts a process and gives its handle once it runs. */
  async spawn(definition: unknown, args: readonly unknown[], options: SpawnOptions = {}): Promise<ProcessHandle> {
    this.#checkOpen("spawn");
    if (!Array.isArray(args))
      throw new UsageError(
        "BAD_ARGUMENT",
        "spawn takes the arguments after the site as a list: spawn(walk, [grid, 0])",
      );
    const meta = this.#metaOf(findDefinition(definition, this.#options.exported), options);
    const asTheyAre = options.near === undefined ? args : this.#images.snapshot(args); // the caller may change them while sites are asked
    const site = await this.#place(meta, options);
    const packed = this.#images.packList(asTheyAre, site, "args");
    return this.#start(meta, site, { kind: "spawn", meta, args: packed }, options.policy !== undefined);
  }

  /** Makes a process of the bytes that a checkpoint of it is; they may come from an earlier run of the same program. */
  async restore(bytes: Uint8Array, options: SpawnOptions = {}): Promise<ProcessHandle> {
    this.#checkOpen("restore");
    const { meta: saved, received, image, extra } = parcelOf(bytes);
    checkProcessName(saved.name, this.#options.exported);
    await openArrays(this.#member.memory.async, image, ...(extra === undefined ? [] : [extra]));
    // One that was left to be balanced, and is now put somewhere, is to stay there.
    const policy = saved.policy === "load" && options.site !== undefined ? "none" : saved.policy;
    const meta = this.#metaOf(saved.name, { policy, prefers: saved.preferred, ...options });
    const site = await this.#place(meta, options);
    return this.#start(meta, site, { kind: "checkpoint", meta, bytes }, options.policy !== undefined, received);
  }

  /** All that are there, and the last that have ended. A site that computes without a pause is not waited for: what is there is `busy`. */
  async ps(): Promise<ProcessInfo[]> {
    this.#checkOpen("ps");
    const seen = await this.#inspect(true);
    return [...this.#processes.values()].map((process) => process.info(seen.get(process.id)));
  }

  handle(id: number): ProcessHandle {
    const { meta, site } = this.#find(id);
    return new ProcessHandle(this, { process: id, name: meta.name, site });
  }

  /** A handle that came from another site. */
  handleOf(description: HandleDescription): ProcessHandle {
    return new ProcessHandle(this, description);
  }

  /** For the sites. */
  #service(): ProcessService {
    return {
      spawn: async (name, args, options) => (await this.spawn(name, args, options)).describe(),
      restore: async (bytes, options) => (await this.restore(bytes, options)).describe(),
      ps: () => this.ps(),
      find: (id) => this.handle(id).describe(),
      migrate: (id, to, options) => this.migrate(id, to, options),
      checkpoint: (id, options) => this.checkpoint(id, options),
      kill: (id, options) => this.kill(id, options),
      send: (id, message) => this.send(id, message),
      info: (id) => this.info(id),
      result: (id) => this.result(id),
    };
  }

  // ProcessControl

  siteOf(id: number): number | undefined {
    return this.#processes.get(id)?.site;
  }

  async migrate(id: number, to: number, options: ProcessOptions): Promise<void> {
    this.#checkSite(to);
    checkProcessOptions("migrate", options);
    const process = this.#find(id);
    if (process.policy === "load" && !this.#chosen.has(id)) process.policy = "none";
    await process.migrate(to, options);
  }

  async checkpoint(id: number, options: ProcessOptions): Promise<Uint8Array> {
    checkProcessOptions("checkpoint", options);
    return this.#find(id).checkpoint(options);
  }

  async kill(id: number, options: ProcessOptions): Promise<void> {
    checkProcessOptions("kill", options);
    if (this.#isForgotten(id)) return; // it ended long ago
    await this.#find(id).kill(options);
  }

  async send(id: number, message: unknown): Promise<void> {
    this.#find(id).post(message);
  }

  async info(id: number): Promise<ProcessInfo> {
    const seen = await this.#inspect(true);
    return this.#find(id).info(seen.get(id));
  }

  result(id: number): Promise<unknown> {
    return this.#find(id).result.promise();
  }

  // What happens to sites

  siteDown(site: number): void {
    for (const inspection of [...this.#inspections.values()]) {
      inspection.left.delete(site);
      if (inspection.left.size === 0) inspection.done();
    }
    for (const process of [...this.#processes.values()]) process.siteDown(site);
  }

  close(error: Error): void {
    this.#isClosed = true;
    this.#driver.stop();
    for (const process of this.#processes.values()) process.close(error);
    for (const inspection of [...this.#inspections.values()]) inspection.done();
  }

  #receive(from: number, message: ProcessMessage): void {
    if (message.k === "inspected") {
      const inspection = this.#inspections.get(message.ticket);
      if (inspection === undefined) return;
      for (const info of message.processes) inspection.processes.set(info.p, info);
      inspection.left.delete(from);
      if (inspection.left.size === 0) inspection.done();
      return;
    }
    if (!this.#options.isUp(from)) return; // it was declared lost, and its processes have gone on without it
    if (message.k === "wish") return this.#wish(from, message);
    if ("p" in message) this.#processes.get(message.p)?.receive(from, message as never);
  }

  /** A copy asks to go elsewhere. */
  #wish(from: number, { p, e, wish }: Extract<ProcessMessage, { k: "wish" }>): void {
    const process = this.#processes.get(p);
    if (process?.isCopy(from, e) !== true) return;
    const { policy } = process;
    const place =
      wish.to === undefined && (policy === "hardware" || policy === "software")
        ? prefer(policy, wish.preferred, this.#traitSites(), from)
        : { to: wish.to!, reason: wish.reason };
    if (place === undefined || !this.#options.isUp(place.to)) return process.stay();
    this.#move(process, place.to, place.reason);
  }

  /** A policy moves a process. */
  #move(process: HomeProcess, to: number, reason: string): void {
    const { decisions, trace } = this.#options;
    decisions.record({ what: "move", name: process.meta.name, site: to, reason: `process ${process.id}, ${reason}` });
    const start = performance.now();
    process.migrate(to, { timeoutMs: POLICY_TIMEOUT_MS }).then(
      () => this.#driver.moved(performance.now() - start),
      (error: Error) => {
        trace(`${process} was not moved: ${error.message}`);
        process.stay();
      },
    );
  }

  #traitSites(): TraitSite[] {
    const { traits, isUp } = this.#options;
    const counts = this.#counts();
    const sites = Array.from({ length: this.#member.endpoint.sites }, (_, site) => site).filter(isUp);
    return sites.map((site) => ({
      site,
      load: counts[site]!,
      traits: traitsOf(traits[site], this.#member.rpcNode.matchmaker.namesAt(site)),
    }));
  }

  #metaOf(name: string, options: SpawnOptions): ProcessMeta {
    checkSpawnOptions(options);
    const { site, policy, prefers = {} } = options;
    if (policy !== undefined && !POLICIES.includes(policy)) {
      throw new UsageError(
        "BAD_ARGUMENT",
        `there is no policy ${JSON.stringify(policy)}; there are ${POLICIES.join(", ")}`,
      );
    }
    return { name, policy: policy ?? (site === undefined ? "load" : "none"), preferred: checkTraits(prefers) };
  }

  #start(meta: ProcessMeta, site: number, source: Source, isChosen: boolean, received = 0): Promise<ProcessHandle> {
    const id = ++this.#lastId;
    const { endpoint } = this.#member;
    const process = new HomeProcess(
      id,
      meta,
      site,
      {
        sites: endpoint.sites,
        isUp: (one) => this.#options.isUp(one),
        whyDown: (one) => this.#options.whyDown(one),
        choose: () => this.#chooseAgain(meta.name),
        send: (to, message: HomeToSite) => {
          if (this.#options.isUp(to)) endpoint.sendValue(to, Service.Process, message);
        },
        pack: (value, to, what) => this.#images.pack(value, to, what),
        unpack: (value: Packed) => unpack(value, this.#member.rpcNode.arriving()),
        decode: (error) => this.#member.errors.decode(error) as Error,
        changed: (one, what) => this.#options.trace(`${one} ${what}`),
        now: () => performance.now(),
      },
      received,
    );
    this.#processes.set(id, process);
    if (isChosen) this.#chosen.add(id);
    endpoint.keepAlive(1);
    process.result.onSettled(() => {
      endpoint.keepAlive(-1);
      this.#chosen.delete(id);
      this.#forgetOld(id);
    });
    this.#driver.start();
    process.start(source);
    const handle = new ProcessHandle(this, { process: id, name: meta.name, site }, this.#heard(process));
    return process.started.promise().then(() => handle);
  }

  /** The result, whose failure is said as a warning if nobody asks for it. Kept from now on: the table forgets what ended long ago. */
  #heard(process: HomeProcess): Promise<unknown> {
    const report = (what: string, error: unknown): void => {
      if (process.isFailed) this.#member.rpcNode.report(what, error);
    };
    return heard(process.result.promise(), `${process}, for whose result nobody has asked,`, report).promise;
  }

  /** The result stays for whoever has a handle; what is listed is bounded. */
  #forgetOld(id: number): void {
    this.#ended.push(id);
    if (this.#ended.length > ENDED_KEPT) this.#processes.delete(this.#ended.shift()!);
  }

  async #place(meta: ProcessMeta, { site, near }: SpawnOptions): Promise<number> {
    if (near !== undefined) return (await this.#options.placeNear(meta.name, near)).site;
    if (site !== undefined) {
      this.#checkSite(site);
      if (!this.#options.isUp(site)) throw new SiteDownError(site, `nothing can start on site ${site}, which is down`);
      return site;
    }
    if (meta.policy === "hardware" || meta.policy === "software") {
      const preferred = prefer(meta.policy, meta.preferred, this.#traitSites(), -1);
      if (preferred !== undefined) {
        this.#options.decisions.record({
          what: "spawn",
          name: meta.name,
          site: preferred.to,
          reason: preferred.reason,
        });
        return preferred.to;
      }
    }
    return this.#options.place(meta.name, this.#counts()).site;
  }

  #chooseAgain(name: string): number {
    try {
      return this.#options.place(name, this.#counts()).site;
    } catch (error) {
      if (error instanceof SiteDownError) return -1;
      throw error;
    }
  }

  #counts(): number[] {
    const counts = new Array<number>(this.#member.endpoint.sites).fill(0);
    for (const process of this.#processes.values()) if (!process.isOver) counts[process.site]!++;
    return counts;
  }

  /** What policies go by; none if no process has one that looks at all of them. */
  #views(seen: ReadonlyMap<number, LocalInfo>): SiteView[] {
    const { isUp, queueOf } = this.#options;
    const live = [...this.#processes.values()].filter((process) => !process.isOver);
    if (!live.some(({ policy }) => policy === "load" || policy === "speedup")) return [];
    const sites = Array.from({ length: this.#member.endpoint.sites }, (_, site) => site).filter(isUp);
    return sites.map((site) => ({
      site,
      queue: queueOf(site),
      processes: live.filter((process) => process.site === site).map((process) => process.view(seen.get(process.id))),
    }));
  }

  async #inspect(pins: boolean): Promise<Map<number, LocalInfo>> {
    const { endpoint } = this.#member;
    const sites = Array.from({ length: endpoint.sites }, (_, site) => site).filter((site) => this.#options.isUp(site));
    const ticket = ++this.#lastTicket;
    const processes = new Map<number, LocalInfo>();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => done(), INSPECT_MS);
      const done = (): void => {
        clearTimeout(timer);
        this.#inspections.delete(ticket);
        resolve();
      };
      this.#inspections.set(ticket, { left: new Set(sites), processes, done });
      for (const site of sites)
        endpoint.sendValue(site, Service.Process, { k: "inspect", ticket, pins } satisfies HomeToSite);
      if (sites.length === 0) done();
    });
    return processes;
  }

  #find(id: number): HomeProcess {
    const process = this.#processes.get(id);
    if (process !== undefined) return process;
    if (this.#isForgotten(id)) {
      throw new IslesError(
        "PROCESS_OVER",
        `process ${id} ended long ago; the last ${ENDED_KEPT} that have ended are remembered`,
      );
    }
    throw new UsageError("NO_SUCH_PROCESS", `there is no process ${String(id)}`);
  }

  #isForgotten(id: number): boolean {
    return Number.isInteger(id) && id >= 1 && id <= this.#lastId && !this.#processes.has(id);
  }

  #checkSite(site: number): void {
    const { sites } = this.#member.endpoint;
    if (Number.isInteger(site) && site >= 0 && site < sites) return;
    throw new RangeError(`there is no site ${String(site)}; the cluster has sites 0 to ${sites - 1}`);
  }

  #checkOpen(what: string): void {
    if (this.#isClosed) throw new ClosedError(`cannot ${what}: the cluster is closed`);
  }
}
