import type { DirStateName, StateName } from "@isles/coherence";
import {
  type CacheActionName,
  type CacheEventName,
  type CacheRow,
  cacheRows,
  compileCacheTable,
  compileDirectoryTable,
  type DirActionName,
  type DirEventName,
  type DirRow,
  directoryRows,
} from "@isles/coherence/internal";
import type { MachineMutation } from "./machine.ts";

/** The shipped cache table with some rows in place of its own. */
export function cacheWith(...rows: readonly CacheRow[]): MachineMutation {
  return { cacheTable: compileCacheTable(replaced(cacheRows, rows)) };
}

/** The shipped directory table with some rows in place of its own. */
export function directoryWith(...rows: readonly DirRow[]): MachineMutation {
  return { directoryTable: compileDirectoryTable(replaced(directoryRows, rows)) };
}

export const cacheRow = (
  state: StateName,
  event: CacheEventName,
  next: StateName,
  ...actions: CacheActionName[]
): CacheRow => [state, event, next, actions];

export const dirRow = (
  state: DirStateName,
  event: DirEventName,
  next: DirStateName,
  ...actions: DirActionName[]
): DirRow => [state, event, next, actions];

/** Each shipped table short of one row, named by the row: no row may be there for nothing. */
export function* withoutOneRow(): Generator<{ readonly name: string; readonly mutation: MachineMutation }> {
  for (const row of cacheRows) {
    const cacheTable = compileCacheTable(cacheRows.filter((other) => other !== row));
    yield { name: `cache ${row[0]} ${row[1]}`, mutation: { cacheTable } };
  }
  for (const row of directoryRows) {
    const directoryTable = compileDirectoryTable(directoryRows.filter((other) => other !== row));
    yield { name: `directory ${row[0]} ${row[1]}`, mutation: { directoryTable } };
  }
}

function replaced<R extends readonly [string, string, ...unknown[]]>(shipped: readonly R[], rows: readonly R[]): R[] {
  const isReplaced = (old: R): boolean => rows.some(([state, event]) => old[0] === state && old[1] === event);
  return [...shipped.filter((old) => !isReplaced(old)), ...rows];
}
