import { State, type StateName } from "./state.ts";
import { compileTable, type Row, type TransitionTable } from "./transition-table.ts";

/**
 * What can happen to a page at a cache, refined so that no row needs a condition.
 *
 * `...Held` = the page is readable here and pinned at this moment. `...Complete` / `LastInvAck` = with this message
 * the number of InvAcks still owed is zero; `...Partial` / `InvAck` = it is not.
 */
export const CacheEvent = {
  Load: 0,
  Store: 1,
  Evict: 2,
  Inv: 3,
  InvHeld: 4,
  FwdGetS: 5,
  FwdGetSHeld: 6,
  FwdGetM: 7,
  FwdGetMHeld: 8,
  DataComplete: 9,
  DataPartial: 10,
  DataO: 11,
  UpgAckComplete: 12,
  UpgAckPartial: 13,
  InvAck: 14,
  LastInvAck: 15,
  PutAck: 16,
} as const;
export type CacheEvent = (typeof CacheEvent)[keyof typeof CacheEvent];
export type CacheEventName = keyof typeof CacheEvent;

export const CacheAction = {
  sendGetS: 0,
  sendGetM: 1,
  sendUpg: 2,
  sendPutS: 3,
  sendPutM: 4,
  sendWB: 5,
  /** To the requester named by the message. */
  sendInvAck: 6,
  /** To the requester named by the message. */
  sendDataO: 7,
  fill: 8,
  ready: 9,
  readOnce: 10,
  lost: 11,
  deferInv: 12,
  deferFwdGetS: 13,
  deferFwdGetM: 14,
  /** Serve what was deferred, unless the page is held. */
  settle: 15,
} as const;
export type CacheAction = (typeof CacheAction)[keyof typeof CacheAction];
export type CacheActionName = keyof typeof CacheAction;
export type CacheRow = Row<StateName, CacheEventName, CacheActionName>;

/** The access waits: nothing to do until a message changes the state. */
const waits = (state: StateName, ...events: CacheEventName[]): CacheRow[] =>
  events.map((event) => [state, event, state, []]);

/** A forward that came before the grant (or while pinned) keeps its one slot. */
const defersForwards = (state: StateName, held: boolean): CacheRow[] => [
  [state, held ? "FwdGetSHeld" : "FwdGetS", state, ["deferFwdGetS"]],
  [state, held ? "FwdGetMHeld" : "FwdGetM", state, ["deferFwdGetM"]],
];

/** The grant is whole: the waiting access runs first, then the next requester is served. That order is progress. */
const becomesM = (state: StateName, event: CacheEventName, ...before: CacheActionName[]): CacheRow => [
  state,
  event,
  "M",
  [...before, "ready", "settle"],
];

/**
 * The cache controller, MSI with explicit eviction. Hits (a load from S on, a store in M) change nothing and have no row.
 *
 * DataO goes out before WB: when the requester is the home itself both use one FIFO, and the home's cache must have
 * its copy before its directory can invalidate it (the two share one storage).
 */
export const cacheRows: readonly CacheRow[] = [
  ["I", "Load", "IS_D", ["sendGetS"]],
  ["I", "Store", "IM_AD", ["sendGetM"]],
  ...waits("I", "Evict"),

  ...waits("IS_D", "Load", "Store", "Evict"),
  ["IS_D", "Inv", "IS_D_I", ["sendInvAck"]],
  ["IS_D", "DataComplete", "S", ["fill", "ready"]],
  ["IS_D", "DataO", "S", ["fill", "ready"]],

  ...waits("IS_D_I", "Load", "Store", "Evict"),
  ["IS_D_I", "DataO", "I", ["fill", "readOnce"]],

  ...waits("IM_AD", "Load", "Store", "Evict"),
  ...defersForwards("IM_AD", false),
  becomesM("IM_AD", "DataComplete", "fill"),
  becomesM("IM_AD", "DataO", "fill"),
  ["IM_AD", "DataPartial", "IM_A", ["fill"]],
  ["IM_AD", "InvAck", "IM_AD", []],

  ...waits("IM_A", "Load", "Store", "Evict"),
  ...defersForwards("IM_A", false),
  ["IM_A", "InvAck", "IM_A", []],
  becomesM("IM_A", "LastInvAck"),

  ["S", "Store", "SM_AD", ["sendUpg"]],
  ["S", "Evict", "SI_A", ["lost", "sendPutS"]],
  ["S", "Inv", "I", ["lost", "sendInvAck"]],
  ["S", "InvHeld", "S", ["deferInv"]],

  ...waits("SM_AD", "Store", "Evict"),
  ["SM_AD", "Inv", "IM_AD", ["lost", "sendInvAck"]],
  ["SM_AD", "InvHeld", "SM_AD", ["deferInv"]],
  // Only behind a deferred Inv: otherwise UpgAck or Inv came first on the directory's FIFO.
  ...defersForwards("SM_AD", true),
  becomesM("SM_AD", "UpgAckComplete"),
  ["SM_AD", "UpgAckPartial", "SM_A", []],
  ["SM_AD", "InvAck", "SM_AD", []],

  ...waits("SM_A", "Store", "Evict"),
  ...defersForwards("SM_A", false),
  ...defersForwards("SM_A", true),
  ["SM_A", "InvAck", "SM_A", []],
  becomesM("SM_A", "LastInvAck"),

  ["M", "Evict", "MI_A", ["lost", "sendPutM"]],
  ["M", "FwdGetS", "S", ["lost", "sendDataO", "sendWB"]],
  ["M", "FwdGetM", "I", ["lost", "sendDataO"]],
  ...defersForwards("M", true),

  ...waits("MI_A", "Load", "Store", "Evict"),
  ["MI_A", "FwdGetS", "SI_A", ["sendDataO", "sendWB"]],
  ["MI_A", "FwdGetM", "II_A", ["sendDataO"]],
  ["MI_A", "PutAck", "I", []],

  ...waits("SI_A", "Load", "Store", "Evict"),
  ["SI_A", "Inv", "II_A", ["sendInvAck"]],
  ["SI_A", "PutAck", "I", []],

  ...waits("II_A", "Load", "Store", "Evict"),
  ["II_A", "PutAck", "I", []],
];

export const compileCacheTable = (rows: readonly CacheRow[]): TransitionTable =>
  compileTable({ states: State, events: CacheEvent, actions: CacheAction }, rows);

export const cacheTable: TransitionTable = compileCacheTable(cacheRows);
export const cacheEventNames = Object.keys(CacheEvent) as readonly CacheEventName[];
export const cacheActionNames = Object.keys(CacheAction) as readonly CacheActionName[];
