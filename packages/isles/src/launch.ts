import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { LimitError, UsageError } from "@isles/base";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, MIN_PAGE_SIZE } from "@isles/dsm";
import { createThreadNetwork, MAX_ENDPOINTS, ThreadPort } from "@isles/transport";
import { Cluster } from "./cluster.ts";
import { homeMoveAfterOf } from "./home-moves.ts";
import { Member } from "./member.ts";
import { checkTraits, type TraitsBySite } from "./migration/traits.ts";
import { programUrl } from "./program.ts";
import type { AnyProgram } from "./program-types.ts";
import { SitePool } from "./site-pool.ts";
import { loadWrapping, wrappingOf } from "./wrapped-ports.ts";

/** What carries the sites of a cluster and the messages between them. */
export interface Engine {
  readonly name: "threads";
}

/** Sites as worker threads of this process, messages over MessageChannels. */
export function threads(): Engine {
  return { name: "threads" };
}

export interface LaunchOptions {
  /** The module whose exported functions the sites run: a URL, or a path from the working directory. */
  readonly program: URL | string;
  /** Number of sites; default: what `os.availableParallelism()` says. */
  readonly sites?: number;
  /** Bytes of a page for arrays that name no page size: a power of two from 256 to 65,536. Default 4,096. */
  readonly pageSize?: number;
  /**
   * Throw when the view of a released span is used. Views are then proxies: a hundred times slower, and the platform's own
   * tests for typed arrays (`ArrayBuffer.isView`) do not know them. Methods and subarrays taken from a view before the release
   * are not watched. Default false.
   */
  readonly debug?: boolean;
  /** Say on standard error, a line each, when functions start and end, and when sites are lost. Default false. */
  readonly trace?: boolean;
  /** What carries the sites; default: {@link threads}. */
  readonly engine?: Engine;
  /**
   * What sites have, by site id, for processes that prefer to run where that is: `{ 1: { hardware: ["gpu"], software: ["sharp"] } }`. What the
   * machine is (`process.arch`, `process.platform`), its Node (`node20`) and the services that a site exposes need no mention.
   */
  readonly traits?: TraitsBySite;
  /** Closes the cluster when aborted. */
  readonly signal?: AbortSignal;
}

/** What a site's thread takes before it does anything, in bytes: measured as resident memory per idle site. */
const BYTES_PER_SITE = 14 * 1024 * 1024;

/**
 * Starts a cluster: one thread per site, each with the program loaded. Throws UsageError for a program that is not there
 * or exports no function, LimitError for more sites than memory allows, and what the program throws when it is loaded.
 *
 * ```ts
 * await using cluster = await launch<typeof Program>({ program: new URL("./program.js", import.meta.url), sites: 4 });
 * const results = await cluster.runAll("main", { n: 1000 });
 * ```
 */
export async function launch<P = AnyProgram>(options: LaunchOptions): Promise<Cluster<P>> {
  checkShape(options);
  const { sites = availableParallelism(), pageSize = DEFAULT_PAGE_SIZE, debug = false, signal } = options;
  checkOptions(options, sites, pageSize);
  signal?.throwIfAborted();
  const program = programUrl(options.program);
  const wrapping = wrappingOf(options);
  const wrap = await loadWrapping(wrapping);
  const seeds = createThreadNetwork(sites + 1);
  let port: ThreadPort | undefined;
  let cluster: Cluster<P> | undefined;
  const run = randomUUID();
  const member = new Member({
    sites,
    mayBlock: false,
    isLauncher: true,
    run,
    onBroken: () => void cluster?.close(),
    debug,
    pageSize,
    homeMoveAfter: homeMoveAfterOf(options),
    connect: wrap((receiver) => {
      port = new ThreadPort(seeds[sites]!, receiver);
      return port;
    }),
  });
  // Open ports alone must not keep the process alive; waiting for one of them must.
  port!.ref(false);
  member.endpoint.pending.onBusy = (busy) => port!.ref(busy);
  const pool = new SitePool({
    seeds: seeds.slice(0, sites),
    program,
    debug,
    run,
    wrapping,
    onDown: (site, reason) => cluster?.siteDown(site, reason),
  });
  // A program that never ends loading could be given up in no other way.
  const onAbort = () => void (cluster ?? pool).close();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const { functions, processes } = await pool.boot();
    signal?.throwIfAborted();
    const onClose = () => signal?.removeEventListener("abort", onAbort);
    cluster = new Cluster<P>({
      member,
      port: port!,
      pool,
      program,
      functions,
      processes,
      traits: options.traits ?? {},
      onClose,
      trace: tracer(options.trace === true),
    });
  } catch (error) {
    signal?.removeEventListener("abort", onAbort);
    await pool.close();
    port!.close();
    signal?.throwIfAborted();
    throw error;
  }
  return cluster;
}

function tracer(isOn: boolean): (what: string) => void {
  if (!isOn) return () => undefined;
  const start = performance.now();
  return (what) => void process.stderr.write(`isles ${(performance.now() - start).toFixed(1)} ms: ${what}\n`);
}

const OPTIONS = ["program", "sites", "pageSize", "debug", "trace", "engine", "traits", "signal"];

function checkShape(options: LaunchOptions): void {
  if (!(options?.program instanceof URL || typeof options?.program === "string")) {
    throw new UsageError(
      "NO_PROGRAM",
      "launch needs a program: launch({ program: new URL('./program.js', import.meta.url) })",
    );
  }
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (unknown === undefined) return;
  throw new UsageError("BAD_OPTION", `launch has no option ${unknown}; this version has ${OPTIONS.join(", ")}`);
}

function checkOptions(options: LaunchOptions, sites: number, pageSize: number): void {
  if (options.engine !== undefined && options.engine?.name !== "threads") {
    throw new UsageError("NO_ENGINE", `unknown engine ${JSON.stringify(options.engine)}; this version has threads()`);
  }
  if (!Number.isInteger(sites) || sites < 1)
    throw new RangeError(`sites must be a whole number, 1 or more, got ${String(sites)}`);
  const free = process.availableMemory();
  const affordable = Math.floor(free / BYTES_PER_SITE);
  if (sites > affordable) {
    throw new LimitError(
      `${sites} sites need about ${Math.ceil((sites * BYTES_PER_SITE) / 2 ** 20)} MiB, and ${Math.floor(free / 2 ** 20)} MiB are free; ` +
        `launch at most ${Math.min(affordable, MAX_ENDPOINTS - 1)}`,
    );
  }
  if (sites >= MAX_ENDPOINTS) throw new LimitError(`${sites} sites in one process; at most ${MAX_ENDPOINTS - 1} fit`);
  for (const [site, traits] of Object.entries(options.traits ?? {})) {
    if (!(Number(site) < sites))
      throw new RangeError(`traits of site ${site}: the cluster has sites 0 to ${sites - 1}`);
    checkTraits(traits);
  }
  const isPower = Number.isInteger(pageSize) && (pageSize & (pageSize - 1)) === 0;
  if (!isPower || pageSize < MIN_PAGE_SIZE || pageSize > MAX_PAGE_SIZE) {
    throw new RangeError(
      `pageSize must be a power of two from ${MIN_PAGE_SIZE} to ${MAX_PAGE_SIZE} bytes, got ${String(pageSize)}`,
    );
  }
}
