import { UsageError } from "@isles/base";
import { definitionOf, definitionsIn, isProcess, type ProcessFunction } from "@isles/migration";

/** A process that the program exports. */
export interface ExportedProcess {
  readonly name: string;
  /** Where it is defined: see `definitionOf`. */
  readonly definition: string;
  /** Definitions in that module. */
  readonly of: number;
}

export function listDefinitions(processes: ReadonlyMap<string, ProcessFunction>): ExportedProcess[] {
  return [...processes].map(([name, process]) => {
    const definition = definitionOf(process);
    return { name, definition, of: definitionsIn(split(definition)[0]) };
  });
}

/**
 * The name of what `spawn` was given: a name, or a definition, perhaps of another load of the module than the sites'. Throws
 * UsageError for what the program does not export.
 */
export function findDefinition(definition: unknown, exported: readonly ExportedProcess[]): string {
  if (typeof definition === "string") {
    checkProcessName(definition, exported);
    return definition;
  }
  if (!isProcess(definition)) {
    throw new UsageError(
      "NOT_A_PROCESS",
      "spawn takes a process that the program exports, made by defineProcess(function* (site, ...) { ... }), or its name",
    );
  }
  const [module, number] = split(definitionOf(definition));
  const found = exported.find((one) => {
    const [at, n] = split(one.definition);
    // A module that was loaded several times here has made each of its definitions as often.
    return at === module && (number - n) % one.of === 0;
  });
  const name = found?.name ?? exported.find((one) => one.name === definition.name)?.name;
  if (name !== undefined) return name;
  throw new UsageError("NO_SUCH_PROCESS", `the program does not export this process; ${listed(exported)}`);
}

export function checkProcessName(name: string, exported: readonly ExportedProcess[]): void {
  if (exported.some((one) => one.name === name)) return;
  throw new UsageError(
    "NO_SUCH_PROCESS",
    `the program exports no process ${JSON.stringify(name)}; ${listed(exported)}`,
  );
}

function listed(exported: readonly ExportedProcess[]): string {
  return exported.length === 0 ? "it exports none" : `it exports ${exported.map(({ name }) => name).join(", ")}`;
}

function split(definition: string): [module: string, number: number] {
  const at = definition.lastIndexOf("#");
  return [definition.slice(0, at), Number(definition.slice(at + 1))];
}
