import type { Residences, SiteResidence } from "@isles/dsm/internal";

/** What a site has to do. */
export interface SiteLoad {
  /** Functions that run there or wait to. */
  readonly queue: number;
  /** Share of the last moments in which its event loop was busy, 0 to 1. */
  readonly loopUse: number;
  /** Size of its JavaScript heap in bytes, when it last said; 0 if it has not. */
  readonly heapBytes: number;
}

/** A site that is up and may be chosen. */
export interface Candidate {
  readonly site: number;
  readonly load: SiteLoad;
}

export interface Placement {
  readonly site: number;
  readonly reason: string;
}

/**
 * What a byte counts by how it is at a site. A site that owns it can go on at once; one that caches it can read it at once; the
 * home has the bytes, but nobody has used them there.
 */
export const WEIGHTS = { owned: 1, cached: 3 / 4, home: 1 / 2 } as const;
/** Sites that are nearer than this, as a part of the nearest one's score, are equally near. */
export const TIE = 1 / 16;
/** An event loop that is busy for longer than this share of the time is busy with something that is not in its queue. */
export const BUSY_LOOP = 3 / 4;
/** Heaps are compared in steps of this many bytes: what the garbage collector leaves lying around decides nothing. */
export const HEAP_STEP = 256 * 2 ** 20;

const KIB = 1_024;

/** The site with the least to do: shortest queue, then an event loop that is not busy, then the smaller heap, then the lowest number. */
export function leastBusy(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, one) => (compareLoads(one.load, best.load) < 0 ? one : best));
}

function compareLoads(a: SiteLoad, b: SiteLoad): number {
  return (
    a.queue - b.queue ||
    Number(a.loopUse > BUSY_LOOP) - Number(b.loopUse > BUSY_LOOP) ||
    Math.floor(a.heapBytes / HEAP_STEP) - Math.floor(b.heapBytes / HEAP_STEP)
  );
}

/** By load alone. `candidates` is not empty. */
export function placeByLoad(candidates: readonly Candidate[]): Placement {
  const { site, load } = leastBusy(candidates);
  return { site, reason: `has the least to do (${loadText(load)})` };
}

/**
 * Bytes first: the site that has most of the data, by {@link WEIGHTS}; among those within {@link TIE} of it, the one with the
 * least to do. A site is never passed over for being busy: the data is there, and moving it would take from what runs there.
 * `elsewhere` says how many bytes are at the launcher; it is asked if a site is silent. `candidates` is not empty.
 */
export function placeByData(
  candidates: readonly Candidate[],
  found: Residences,
  elsewhere: () => number = () => 0,
): Placement {
  const residences = inferred(candidates, found, elsewhere);
  let most = 0;
  for (const { site } of candidates) most = Math.max(most, scoreOf(residences[site]));
  let best: Candidate | undefined;
  let others = -1;
  for (const one of candidates) {
    if (scoreOf(residences[one.site]) < most * (1 - TIE)) continue;
    others++;
    if (best === undefined || compareLoads(one.load, best.load) < 0) best = one;
  }
  const { site, load } = best!;
  const silent = silenceText(candidates, found);
  if (most > 0)
    return { site, reason: `${shareText(residences[site]!, found.total)}${amongText(others, load)}${silent}` };
  const reason = `no site has any of ${bytesText(found.total)}, and this one has the least to do (${loadText(load)})`;
  return { site, reason: reason + silent };
}

function shareText({ owned, cached, home }: SiteResidence, total: number): string {
  let text = owned > 0 ? `owns ${bytesText(owned)}` : "";
  if (cached > 0) text += `${text && " and "}caches ${bytesText(cached)}`;
  if (home > 0) text += `${text && " and "}is the home of ${bytesText(home)}`;
  return `${text} of ${bytesText(total)}`;
}

/** `others`: how many sites are as near. */
function amongText(others: number, load: SiteLoad): string {
  if (others === 0) return "";
  const as = others === 1 ? "does 1 other" : `do ${others} others`;
  return `, as ${as}, and this one has the least to do (${loadText(load)})`;
}

/** Bytes at each site, however they are there. */
export function bytesOf(found: Residences): number[] {
  return found.sites.map((one) => presentBytes(one));
}

function presentBytes(residence: SiteResidence | undefined): number {
  return residence === undefined ? 0 : residence.owned + residence.cached + residence.home;
}

function scoreOf(residence: SiteResidence | undefined): number {
  if (residence === undefined) return 0;
  return residence.owned * WEIGHTS.owned + residence.cached * WEIGHTS.cached + residence.home * WEIGHTS.home;
}

/** If only one site has not answered, it must have what is nowhere else. */
function inferred(
  candidates: readonly Candidate[],
  { total, sites }: Residences,
  elsewhere: () => number,
): readonly (SiteResidence | undefined)[] {
  let site = -1;
  for (const one of candidates) {
    if (!isSilent(sites[one.site])) continue;
    if (site >= 0) return sites; // it may be with either
    site = one.site;
  }
  if (site < 0) return sites;
  const others = sites.reduce((sum, one, i) => sum + (i === site ? 0 : presentBytes(one)), elsewhere());
  if (total - others <= presentBytes(sites[site])) return sites;
  const ageMs = sites[site]?.ageMs ?? Infinity;
  return sites.with(site, { owned: total - others, cached: 0, home: 0, ageMs });
}

function isSilent(residence: SiteResidence | undefined): boolean {
  return residence === undefined || residence.ageMs > 0;
}

function silenceText(candidates: readonly Candidate[], { sites }: Residences): string {
  let text = "";
  for (const { site } of candidates) {
    if (!isSilent(sites[site])) continue;
    const ageMs = sites[site]?.ageMs;
    const known =
      ageMs === undefined ? "nothing was known of it" : `what it had ${Math.round(ageMs)} ms before counted`;
    text += `; site ${site} was too busy to answer, so ${known}`;
  }
  return text;
}

function loadText({ queue, loopUse, heapBytes }: SiteLoad): string {
  const loop = loopUse > BUSY_LOOP ? `, event loop ${Math.round(loopUse * 100)} % busy` : "";
  const heap = heapBytes >= HEAP_STEP ? `, heap ${bytesText(heapBytes)}` : "";
  return `queue ${queue}${loop}${heap}`;
}

function bytesText(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  const [value, unit] = bytes < KIB * KIB ? [bytes / KIB, "KiB"] : [bytes / KIB / KIB, "MiB"];
  return `${Math.round(value * 10) / 10} ${unit}`;
}
