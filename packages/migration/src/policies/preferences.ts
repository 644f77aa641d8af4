import type { Traits } from "./policy.ts";

/** A site that may be chosen. */
export interface TraitSite {
  readonly site: number;
  readonly load: number;
  readonly traits: Required<Traits>;
}

/** What a process prefers and a site lacks. */
export function lacking(preferred: Traits, has: Required<Traits>): string[] {
  const without = (wanted: readonly string[] | undefined, there: readonly string[]): string[] =>
    (wanted ?? []).filter((trait) => !there.includes(trait));
  return [...without(preferred.hardware, has.hardware), ...without(preferred.software, has.software)];
}

/**
 * Hardware or software preference: the site that has all that a process prefers, with the least to do among several; if
 * none has all, the one that lacks least. Undefined if where it is (`at`; -1: nowhere yet) is as good.
 */
export function prefer(
  what: "hardware" | "software",
  preferred: Traits,
  sites: readonly TraitSite[],
  at: number,
): { readonly to: number; readonly reason: string } | undefined {
  const ranked = sites
    .map((one) => ({ ...one, lacks: lacking(preferred, one.traits) }))
    .sort((a, b) => a.lacks.length - b.lacks.length || a.load - b.load || a.site - b.site);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const here = ranked.find(({ site }) => site === at);
  if (here !== undefined && here.lacks.length <= best.lacks.length) return undefined;
  const wanted = [...(preferred.hardware ?? []), ...(preferred.software ?? [])];
  const text = wanted.length === 0 ? "nothing in particular" : wanted.join(", ");
  const reason =
    best.lacks.length === 0
      ? `${what}: it prefers ${text}, which site ${best.site} has`
      : `${what}: it prefers ${text}; no site has all of it, and site ${best.site} lacks only ${best.lacks.join(", ")}`;
  const instead = here === undefined ? "" : `; site ${at}, where it was, lacks ${here.lacks.join(", ")}`;
  return { to: best.site, reason: reason + instead };
}
