import { nearSpans } from "@isles/dsm/internal";
import { internalName, type RpcNode } from "@isles/rpc/internal";
import { pack, unpack } from "@isles/wire";
import type { Member } from "../member.ts";
import { noSuchFunction, type ProgramFunction } from "../program.ts";
import { heard, type SiteJob } from "./job.ts";
import { checkRunOptions, type RunOptions } from "./options.ts";
import type { Placement } from "./place.ts";
import { memberOf, PLACER, type PlacerService, PROGRAM, serveProgram } from "./services.ts";

type Stubs = RpcNode["stubs"];
type OutgoingCall = ReturnType<Stubs["call"]>;

/** Functions of the program that this site runs elsewhere: calls, to wherever the launcher says. */
export class RemoteRuns {
  readonly #member: Member;
  readonly #functions: ReadonlyMap<string, ProgramFunction>;
  readonly #processes: readonly string[];
  readonly #oneWay: PlacerService;

  /** Serves the functions to other sites, too. `processes`: names of what the program exports and only `spawn` starts. */
  constructor(member: Member, functions: ReadonlyMap<string, ProgramFunction>, processes: readonly string[] = []) {
    this.#member = member;
    this.#functions = functions;
    this.#processes = processes;
    this.#oneWay = this.#placer(false, { oneWay: true }) as PlacerService;
    serveProgram(member, functions);
  }

  /** Blocks for the result. */
  run(name: string, args: unknown, options: RunOptions = {}): unknown {
    const call = this.#begin(name, args, options, true);
    try {
      return this.#stubs.wait(call.call);
    } finally {
      call.ended();
    }
  }

  /** Its failure, if nobody awaits it, is reported and ends no thread. */
  runAsync(name: string, args: unknown, options: RunOptions = {}): Promise<unknown> {
    const result = this.#beginAsync(name, args, options).then(({ call, ended }) => call.promise().finally(ended));
    return heard(result, `${name}, run by site ${this.#member.endpoint.self},`, this.#report).promise;
  }

  /** Blocks for the decision only. */
  start(name: string, args: unknown, options: RunOptions = {}): SiteJob<unknown> {
    return this.#job(name, this.#begin(name, args, options, false));
  }

  async startAsync(name: string, args: unknown, options: RunOptions = {}): Promise<SiteJob<unknown>> {
    return this.#job(name, await this.#beginAsync(name, args, options));
  }

  get #stubs(): Stubs {
    return this.#member.rpcNode.stubs;
  }

  #begin(name: string, args: unknown, options: RunOptions, blocking: boolean): Begun {
    this.#check(name, options);
    this.#member.endpoint.mustBlock(blocking ? "site.run" : "site.start");
    const placement = this.#byHand(options) ?? this.#placer(true, options).place(name, this.#spans(options));
    return this.#call(name, args, options, placement as Placement, blocking);
  }

  async #beginAsync(name: string, args: unknown, options: RunOptions): Promise<Begun> {
    this.#check(name, options);
    const byHand = this.#byHand(options);
    if (byHand !== undefined) return this.#call(name, args, options, byHand, false);
    const placing = this.#placer(false, options).place(name, this.#spans(options));
    const asTheyAre = this.#snapshot(args); // the caller may change them while the launcher decides
    return this.#call(name, asTheyAre, options, await placing, false);
  }

  readonly #report = (what: string, error: unknown): void => this.#member.rpcNode.report(what, error);

  #check(name: string, options: RunOptions): void {
    checkRunOptions("site.run", options, this.#member.endpoint.sites);
    if (!this.#functions.has(name)) throw noSuchFunction(name, [...this.#functions.keys()], this.#processes);
  }

  #byHand({ site }: RunOptions): Placement | undefined {
    return site === undefined ? undefined : { site, reason: "as it was told" };
  }

  /** The pages to be near to; null for none. */
  #spans({ near }: RunOptions): ReturnType<typeof nearSpans> | null {
    if (near === undefined) return null;
    const spans = nearSpans(near, this.#member.endpoint);
    return spans.length === 0 ? null : spans;
  }

  #placer(blocking: boolean, { signal, oneWay }: RunOptions & { oneWay?: boolean }): PlacerService {
    const peer = this.#member.endpoint.sites;
    const options = { ...(signal && { signal }), ...(oneWay && { oneWay }) };
    return this.#stubs.make({ kind: "service", peer, name: internalName(PLACER) }, blocking, options) as PlacerService;
  }

  #call(name: string, args: unknown, options: RunOptions, placement: Placement, blocking: boolean): Begun {
    const { signal, site: byHand } = options;
    const { site, reason } = placement;
    const target = { kind: "service", peer: site, name: internalName(PROGRAM) } as const;
    if (blocking) this.#member.rpcNode.checkStack(name);
    const call = this.#stubs.call(
      target,
      blocking ? "blocking" : "async",
      signal === undefined ? {} : { signal },
      memberOf(name),
      [args],
    );
    // What is begun there begins now, however long this site goes on before it next polls.
    this.#member.rpcNode.flush();
    let isCounted = byHand === undefined;
    const ended = (): void => {
      if (isCounted) this.#oneWay.ended(site);
      isCounted = false;
    };
    return { call, site, reason, ended };
  }

  #job(name: string, { call, site, reason, ended }: Begun): SiteJob<unknown> {
    call.onSettled(ended);
    const stubs = this.#stubs;
    const { promise, taken } = heard(call.promise(), `${name}, started on site ${site},`, this.#report);
    return {
      name,
      site,
      reason,
      result: promise,
      wait() {
        taken();
        return stubs.wait(call);
      },
    };
  }

  /** A copy that its owner cannot change; the value itself if it holds what only its owner has (functions, stubs, streams). */
  #snapshot(args: unknown): unknown {
    if (typeof args !== "object" || args === null) return args;
    const { rpcNode, endpoint } = this.#member;
    const outgoing = rpcNode.outgoing(endpoint.self, args);
    try {
      const packed = pack(outgoing.value, outgoing.codec, "args");
      return outgoing.hasReferences ? args : unpack(structuredClone(packed), rpcNode.arriving());
    } finally {
      outgoing.unsent();
    }
  }
}

/** A call that is on its way. */
interface Begun {
  readonly call: OutgoingCall;
  readonly site: number;
  readonly reason: string;
  /** Tells the launcher, once, that the site has less to do again. */
  ended(): void;
}
