import {
  type DirStateName,
  dirStateNames,
  type ReleaseStateName,
  releaseStateNames,
  type StateName,
  stateNames,
} from "@isles/coherence";
import {
  type CacheEventName,
  cacheEventNames,
  cacheRows,
  type DirEventName,
  dirEventNames,
  directoryRows,
  type ReleaseEventName,
  type Row,
  releaseEventNames,
  releaseRows,
} from "@isles/coherence/internal";
import { asyncDescending, type Configuration, configurations } from "./configurations.ts";
import { handoffConfigurations } from "./handoff-configurations.ts";
import { handoffMutants } from "./handoff-mutants.ts";
import { type Mutant, mutants } from "./mutants.ts";
import { releaseConfigurations } from "./release-configurations.ts";
import { releaseMutants } from "./release-mutants.ts";

/** Cache events by who causes them: three narrow tables are easier to read than one wide. */
const cacheParts: readonly (readonly [title: string, events: readonly CacheEventName[]])[] = [
  ["Accesses and evictions", ["Load", "Store", "Evict"]],
  ["From the directory", ["Inv", "InvHeld", "FwdGetS", "FwdGetSHeld", "FwdGetM", "FwdGetMHeld", "PutAck"]],
  [
    "Answers to a request",
    ["DataComplete", "DataPartial", "DataO", "UpgAckComplete", "UpgAckPartial", "InvAck", "LastInvAck"],
  ],
];

const directoryParts: readonly (readonly [title: string, events: readonly DirEventName[]])[] = [
  ["Requests", ["GetS", "GetM", "UpgSharer"]],
  ["Evictions and write-backs", ["PutS", "PutSLast", "PutMOwner", "PutMOther", "WB", "WBUnshared"]],
  ["Where homes move", ["WBMoves", "HomeMove"]],
];

const releaseParts: readonly (readonly [title: string, events: readonly ReleaseEventName[]])[] = [
  ["Accesses, and what the home says", ["Load", "Store", "Data", "DataHeld", "Notice", "HomeHere"]],
  ["Synchronisation", ["Release", "ReleaseHeld", "Acquire", "AcquireHeld"]],
];

/** Accesses that never get to the table, because they change nothing. */
function isHit(state: StateName, event: CacheEventName): boolean {
  const isReadable = stateNames.indexOf(state) >= stateNames.indexOf("S");
  return (event === "Load" && isReadable) || (event === "Store" && state === "M");
}

function isReleaseHit(state: ReleaseStateName, event: ReleaseEventName): boolean {
  const at = releaseStateNames.indexOf(state);
  if (event === "Load") return at >= releaseStateNames.indexOf("C");
  return event === "Store" && at >= releaseStateNames.indexOf("D");
}

/** Everything in docs/PROTOCOL.md that is printed from what runs: tables, configurations, mutants. */
export function protocolTables(): Readonly<Record<string, string>> {
  return {
    cache: parts(cacheParts, stateNames, cacheRows, (state, event) => (isHit(state, event) ? "hit" : "")),
    directory: parts(directoryParts, dirStateNames, directoryRows, () => ""),
    configurations: configurationsTable(configurations, [[asyncDescending, "deadlocks, as expected"]]),
    mutants: mutantsTable(mutants),
    release: parts(releaseParts, releaseStateNames, releaseRows, (state, event) =>
      isReleaseHit(state, event) ? "hit" : "",
    ),
    "release-configurations": configurationsTable(releaseConfigurations, []),
    "release-mutants": mutantsTable(releaseMutants),
    "handoff-configurations": configurationsTable(handoffConfigurations, []),
    "handoff-mutants": mutantsTable(handoffMutants),
  };
}

/** Every event is in some part; a new one must not go unprinted. */
export function unprintedEvents(): readonly string[] {
  const printed = new Set<string>([...cacheParts, ...directoryParts, ...releaseParts].flatMap(([, events]) => events));
  return [...cacheEventNames, ...dirEventNames, ...releaseEventNames].filter(
    (event) => !printed.has(event) && event !== "Impossible",
  );
}

function parts<S extends StateName | DirStateName | ReleaseStateName, E extends string, A extends string>(
  titled: readonly (readonly [title: string, events: readonly E[]])[],
  states: readonly S[],
  rows: readonly Row<S, E, A>[],
  otherwise: (state: S, event: E) => string,
): string {
  return titled
    .map(([title, events]) => {
      const lines = states.map((state) => [
        `**${state}**`,
        ...events.map((event) => {
          const row = rows.find(([s, e]) => s === state && e === event);
          return row === undefined ? otherwise(state, event) : cell(row);
        }),
      ]);
      return `**${title}**\n\n${markdownTable(["State", ...events], lines)}`;
    })
    .join("\n\n");
}

function cell<S extends string, E extends string, A extends string>([state, , next, actions]: Row<S, E, A>): string {
  const does = actions.join(", ");
  if (next === state) return does === "" ? "–" : does;
  return does === "" ? `→ ${next}` : `${does} → ${next}`;
}

type Explored = Pick<Configuration, "name" | "about" | "states" | "isLong">;

/** `otherwise`: what is to be said in place of how often it is explored. */
function configurationsTable(
  explored: readonly Explored[],
  otherwise: readonly (readonly [Explored, string])[],
): string {
  const number = new Intl.NumberFormat("en");
  const line = ({ name, about, states }: Explored, said: string): readonly string[] => [
    name,
    about,
    number.format(states),
    said,
  ];
  const lines = explored.map((c) => line(c, c.isLong ? "on request" : "always"));
  const known = otherwise.map(([c, said]) => line(c, said));
  return markdownTable(["Configuration", "What it is", "States", "Explored"], [...lines, ...known]);
}

function mutantsTable(seeded: readonly Pick<Mutant, "name" | "configuration" | "caughtBy">[]): string {
  const lines = seeded.map((m) => [m.name, m.configuration, m.caughtBy]);
  return markdownTable(["Seeded fault", "Configuration", "Caught by"], lines);
}

function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(head), row(head.map(() => "---")), ...lines.map(row)].join("\n");
}

/** The document with each part between `<!-- name -->` and `<!-- /name -->` printed anew. */
export function withTables(document: string): string {
  let text = document;
  for (const [name, table] of Object.entries(protocolTables())) {
    const part = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!part.test(text)) throw new Error(`the document has no part <!-- ${name} -->`);
    text = text.replace(part, (_all, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
  }
  return text;
}
