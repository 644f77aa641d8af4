import { compileTable, type Row, type TransitionTable } from "../transition-table.ts";
import { ReleaseState, type ReleaseStateName } from "./release-state.ts";

/**
 * What can happen to a page at a cache, refined so that no row needs a condition.
 *
 * `...Held` = a span holds the page at this moment: `ReleaseHeld` one that writes, and so `DataHeld`, which matters only where a
 * release waits for the data; `AcquireHeld` any.
 */
export const ReleaseEvent = {
  Load: 0,
  Store: 1,
  Release: 2,
  ReleaseHeld: 3,
  Acquire: 4,
  AcquireHeld: 5,
  Notice: 6,
  Data: 7,
  DataHeld: 8,
  /** The page's home turns out to be this site (where pages live at their first user's). */
  HomeHere: 9,
} as const;
export type ReleaseEvent = (typeof ReleaseEvent)[keyof typeof ReleaseEvent];
export type ReleaseEventName = keyof typeof ReleaseEvent;

export const ReleaseAction = {
  sendGetR: 0,
  /** If the page differs from its twin: the differences to the home, and one DiffAck more is awaited. */
  sendDiff: 1,
  sendNoticeAck: 2,
  /** This site is the home: Notice to every sharer. One DiffAck more is awaited, unless there is nobody to wait for. */
  noticeSharers: 3,
  fill: 4,
  /** The message's body becomes the page and its twin, and what was written here since the twin was made stays. */
  merge: 5,
  /** The twin becomes a copy of the page as it is now. */
  makeTwin: 6,
  dropTwin: 7,
  /** The next release looks at the page. */
  listDirty: 8,
  /** The next acquire looks at the page. */
  listStale: 9,
  ready: 10,
  lost: 11,
  /** An acquire waits for the page. */
  awaitRefresh: 12,
  refreshed: 13,
  /** A release waits until the diff of the page can go out. */
  awaitDiff: 14,
  /** It can: from here on the release waits for its DiffAck, if there is a difference. */
  diffGone: 15,
} as const;
export type ReleaseAction = (typeof ReleaseAction)[keyof typeof ReleaseAction];
export type ReleaseActionName = keyof typeof ReleaseAction;
export type ReleaseRow = Row<ReleaseStateName, ReleaseEventName, ReleaseActionName>;

/** The access waits for the data. */
const waits = (state: ReleaseStateName): ReleaseRow[] => [
  [state, "Load", state, []],
  [state, "Store", state, []],
];

/**
 * The cache controller of home-based release consistency. Hits (a load from C on, a store from D on) change nothing and
 * have no row; nor has a page whose home is here anything to do with Notice, Data and Acquire.
 *
 * A Notice finds its page fresh (C or D), always: the home forgets whom it has told, and is asked again only behind an
 * acquire. So one that finds it in I, stale or on its way means that an answer was overtaken.
 */
export const releaseRows: readonly ReleaseRow[] = [
  ["I", "Load", "IC_D", ["sendGetR"]],
  ["I", "Store", "IC_D", ["sendGetR"]],

  ...waits("IC_D"),
  ["IC_D", "Data", "C", ["fill", "ready"]],
  ["IC_D", "HomeHere", "H", ["ready"]],

  ["C", "Store", "D", ["makeTwin", "listDirty"]],
  ["C", "Notice", "CS", ["listStale", "sendNoticeAck"]],

  ["CS", "Store", "DS", ["makeTwin", "listDirty"]],
  ["CS", "Acquire", "I", ["lost"]],
  ["CS", "AcquireHeld", "CC_D", ["lost", "awaitRefresh", "sendGetR"]],

  ["D", "Release", "C", ["lost", "sendDiff", "dropTwin"]],
  // A span that writes goes on writing, unseen: the page stays dirty, and what follows is told from a new twin.
  ["D", "ReleaseHeld", "D", ["sendDiff", "makeTwin"]],
  ["D", "Notice", "DS", ["listStale", "sendNoticeAck"]],

  ["DS", "Release", "CS", ["lost", "sendDiff", "dropTwin"]],
  ["DS", "ReleaseHeld", "DS", ["sendDiff", "makeTwin"]],
  // The diff goes to the home before any GetR for the page: what comes back has it.
  ["DS", "Acquire", "I", ["lost", "sendDiff", "dropTwin"]],
  ["DS", "AcquireHeld", "DD_D", ["lost", "awaitRefresh", "sendGetR"]],

  ...waits("CC_D"),
  ["CC_D", "Data", "C", ["fill", "refreshed", "ready"]],

  ...waits("DD_D"),
  ["DD_D", "Data", "D", ["merge", "refreshed", "ready"]],
  // A diff sent now would be behind GetR, so the data would come without it and yet be older than later writes of others.
  ["DD_D", "Release", "DD_DR", ["awaitDiff"]],
  ["DD_D", "ReleaseHeld", "DD_DR", ["awaitDiff"]],

  ...waits("DD_DR"),
  ["DD_DR", "Release", "DD_DR", []],
  ["DD_DR", "ReleaseHeld", "DD_DR", []],
  ["DD_DR", "Data", "C", ["merge", "sendDiff", "dropTwin", "diffGone", "refreshed", "ready"]],
  ["DD_DR", "DataHeld", "D", ["merge", "sendDiff", "makeTwin", "diffGone", "refreshed", "ready"]],

  ["H", "Store", "HD", ["listDirty"]],
  ["HD", "Release", "H", ["lost", "noticeSharers"]],
  ["HD", "ReleaseHeld", "HD", ["noticeSharers"]],
];

export const compileReleaseTable = (rows: readonly ReleaseRow[]): TransitionTable =>
  compileTable({ states: ReleaseState, events: ReleaseEvent, actions: ReleaseAction }, rows);

export const releaseTable: TransitionTable = compileReleaseTable(releaseRows);
export const releaseEventNames = Object.keys(ReleaseEvent) as readonly ReleaseEventName[];
export const releaseActionNames = Object.keys(ReleaseAction) as readonly ReleaseActionName[];
