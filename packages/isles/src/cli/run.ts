import { inspect, styleText } from "node:util";
import { IslesError, UsageError } from "@isles/base";
import Table from "cli-table3";
import type { Cluster, ClusterStats } from "../cluster.ts";
import { launch } from "../launch.ts";
import { startTicker, type Ticker } from "./ticker.ts";

/** `isles run`: launches the program, runs one function, prints what every site returned. */
export async function run(program: string, name: string | undefined, raw: Record<string, unknown>): Promise<void> {
  const options = readOptions(raw);
  const stopping = new AbortController();
  let tellWaits: (() => Promise<void>) | undefined;
  const interrupt = () =>
    void (tellWaits?.() ?? Promise.resolve()).finally(() =>
      stopping.abort(new IslesError("INTERRUPTED", "interrupted")),
    );
  process.once("SIGINT", interrupt);
  const ticker = startTicker(options.json ? undefined : process.stderr);
  try {
    ticker.say("launching");
    await using cluster = await launch({
      program,
      debug: options.debug,
      ...(options.sites ? { sites: options.sites } : {}),
    });
    const chosen = chooseFunction(name, cluster.functions, cluster.processes);
    if (cluster.processes.includes(chosen)) {
      await runProcess(cluster, chosen, options, { ticker, signal: stopping.signal });
      return;
    }
    ticker.say(
      `running ${chosen} on ${options.site === undefined ? `${cluster.sites} site${cluster.sites === 1 ? "" : "s"}` : `site ${options.site}`}`,
    );
    tellWaits = () => printWaits(cluster);
    const start = performance.now();
    const { signal } = stopping;
    const results =
      options.site === undefined
        ? await cluster.runAll(chosen, options.args, { signal })
        : [await cluster.run(chosen, options.args, { site: options.site, signal })];
    const ms = performance.now() - start;
    const stats = options.stats ? await cluster.stats() : undefined;
    ticker.stop();
    if (options.json) printJson({ function: chosen, sites: cluster.sites, ms, results, stats });
    else printText(results, options.site ?? 0, ms, chosen, stats);
  } finally {
    ticker.stop();
    process.removeListener("SIGINT", interrupt);
  }
}

/** How long an interrupted program's sites have to say what they wait for, in milliseconds. */
const ANSWER_MS = 500;

/** What the sites of a program that does not end wait for: most often the answer to why. */
async function printWaits(cluster: Cluster): Promise<void> {
  const unanswered = new Promise<undefined>((resolve) => setTimeout(resolve, ANSWER_MS, undefined).unref());
  const stats = await Promise.race([cluster.stats(), unanswered]);
  process.stderr.write("\n");
  if (stats === undefined) process.stderr.write("isles: some site does not answer; it computes without polling\n");
  for (const { site, waitingFor } of stats?.sites.slice(0, -1) ?? []) {
    process.stderr.write(
      `isles: site ${site} ${waitingFor.length === 0 ? "computes or is done" : `waits for ${waitingFor.join(", ")}`}\n`,
    );
  }
}

interface Options {
  readonly sites: number | undefined;
  readonly site: number | undefined;
  readonly args: unknown;
  readonly stats: boolean;
  readonly json: boolean;
  readonly debug: boolean;
}

function readOptions(raw: Record<string, unknown>): Options {
  const known = new Set(["--", "sites", "site", "args", "stats", "json", "debug"]);
  const unknown = Object.keys(raw).find((key) => !known.has(key));
  if (unknown !== undefined)
    throw new UsageError("BAD_OPTION", `there is no option --${unknown}; isles run --help lists them`);
  return {
    sites: wholeNumber(raw.sites, "--sites", 1),
    site: wholeNumber(raw.site, "--site", 0),
    args: parseArgs(raw.args),
    stats: raw.stats === true,
    json: raw.json === true,
    debug: raw.debug === true,
  };
}

function wholeNumber(value: unknown, flag: string, least: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (typeof value !== "boolean" && Number.isInteger(number) && number >= least) return number;
  throw new UsageError("BAD_OPTION", `${flag} takes a whole number, ${least} or more, got ${inspect(value)}`);
}

function parseArgs(value: unknown): unknown {
  const text = Array.isArray(value) ? value.at(-1) : value;
  if (text === undefined || text === "undefined") return undefined;
  try {
    return JSON.parse(String(text));
  } catch (cause) {
    throw new UsageError("BAD_OPTION", `--args takes JSON, e.g. '{"n":1000}': ${(cause as Error).message}`, { cause });
  }
}

/** Without a name: `main`, or the only function there is. */
function chooseFunction(name: string | undefined, functions: readonly string[], processes: readonly string[]): string {
  if (name !== undefined) return name;
  if (functions.includes("main")) return "main";
  const all = [...functions, ...processes];
  if (all.length === 1) return all[0]!;
  throw new UsageError(
    "WHICH_FUNCTION",
    `which function? The program exports ${all.join(", ")}; name one after the program`,
  );
}

/** Between two looks at where a process is, in milliseconds. */
const LOOK_MS = 500;

/** A process: spawned, followed, and its result printed. `--args` is then the list of its arguments. */
async function runProcess(
  cluster: Cluster,
  name: string,
  { args = [], site, json }: Options,
  { ticker, signal }: { ticker: Ticker; signal: AbortSignal },
): Promise<void> {
  const start = performance.now();
  const handle = await cluster.spawn(name, Array.isArray(args) ? args : [args], site === undefined ? {} : { site });
  let said = "";
  const follow = async () => {
    const { state, moves } = await handle.info();
    const now = `${handle}, ${state}, ${moves} move${moves === 1 ? "" : "s"}`;
    if (now !== said) ticker.say(now);
    said = now;
  };
  // A look that fails does so because the process or the cluster has ended, which its result says.
  const timer = setInterval(() => void follow().catch(() => ticker.stop()), LOOK_MS);
  try {
    const result = await Promise.race([handle.result, aborted(signal)]);
    const ms = performance.now() - start;
    const { moves } = await handle.info();
    ticker.stop();
    if (json) return printJson({ process: name, id: handle.id, site: handle.site, moves, ms, result });
    printText([result], handle.site, ms, `${name}, ${moves} move${moves === 1 ? "" : "s"}`, undefined);
  } finally {
    clearInterval(timer);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

function printText(
  results: readonly unknown[],
  first: number,
  ms: number,
  name: string,
  stats: ClusterStats | undefined,
): void {
  results.forEach((result, i) => {
    process.stdout.write(
      `${styleText("dim", `site ${first + i}:`, { stream: process.stdout })} ${typeof result === "string" ? result : inspect(result, { depth: 4 })}\n`,
    );
  });
  if (stats !== undefined) process.stdout.write(`${statsTable(stats)}\n`);
  process.stderr.write(styleText("dim", `${name}: ${(ms / 1000).toFixed(3)} s\n`, { stream: process.stderr }));
}

/** What a site's time went into besides computing: see `Times`. */
const WAITS = [
  ["read", "readMissMs"],
  ["write", "writeMissMs"],
  ["lock", "lockMs"],
  ["barrier", "barrierMs"],
  ["other", "otherMs"],
  ["serving", "servingMs"],
] as const;

function statsTable(stats: ClusterStats): string {
  const head = [
    "site",
    "read misses",
    "write misses",
    "upgrades",
    "invalidations",
    "messages",
    "MiB sent",
    ...WAITS.map(([name]) => `${name} ms`),
  ];
  const table = new Table({ head, style: { head: [], border: [] }, colAligns: head.map(() => "right") });
  for (const site of stats.sites) {
    const isLauncher = site.site === stats.sites.length - 1;
    table.push([
      isLauncher ? "launcher" : site.site,
      site.readMisses,
      site.writeMisses,
      site.upgrades,
      site.invalidations,
      site.messages + site.serviceMessages,
      (site.bytes / 2 ** 20).toFixed(2),
      ...WAITS.map(([, key]) => site[key].toFixed(1)),
    ]);
  }
  return `${table.toString()}\n${arraysTable(stats.arrays)}`;
}

/** A wait for a page takes some microseconds. One that takes this long, in milliseconds, is a wait for whoever holds the page … */
const LONG_WAIT_MS = 2;
/** … and where all of them together took less than this, it does not matter. */
const MUCH_WAITED_MS = 50;

function arraysTable(arrays: ClusterStats["arrays"]): string {
  const head = ["array", "read misses", "write misses", "upgrades", "MiB sent", "waited ms", "longest ms", "for page"];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: head.map((_, i) => (i === 0 ? "left" : "right")),
  });
  const hints: string[] = [];
  for (const [name, array] of Object.entries(arrays)) {
    const { readMisses, writeMisses, upgrades, bytes, blockedMs, longestWaitMs, longestWaitPage } = array;
    const page = longestWaitPage < 0 ? "–" : longestWaitPage;
    const mib = (bytes / 2 ** 20).toFixed(2);
    table.push([name, readMisses, writeMisses, upgrades, mib, blockedMs.toFixed(1), longestWaitMs.toFixed(1), page]);
    if (blockedMs >= MUCH_WAITED_MS && longestWaitMs >= LONG_WAIT_MS) hints.push(longWaitsHint(name, longestWaitPage));
  }
  return [table.toString(), ...hints].join("\n");
}

function longWaitsHint(name: string, page: number): string {
  return (
    `"${name}": a page takes microseconds, but page ${page} took its reader or writer that long: another site held it in a span, or ` +
    "computed without site.poll(). Let parts begin at page boundaries (site.share(array)), hold less, poll in loops; see docs/PERFORMANCE.md"
  );
}

function printJson(value: object): void {
  const plain = (_key: string, item: unknown) => {
    if (typeof item === "bigint") return item.toString();
    if (ArrayBuffer.isView(item) && !(item instanceof DataView))
      return Array.from(item as unknown as ArrayLike<number | bigint>, String).map(numeric);
    if (item instanceof Map || item instanceof Set) return [...item];
    return item;
  };
  process.stdout.write(`${JSON.stringify(value, plain)}\n`);
}

function numeric(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : text;
}
