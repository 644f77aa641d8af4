import { endianness } from "node:os";
import { UsageError } from "@isles/base";
import type { Traits } from "@isles/migration/internal";

/** What sites have: by site id. What every site of this machine has (its architecture, its operating system, its Node) needs no mention. */
export type TraitsBySite = Readonly<Record<number, Traits>>;

/** Throws UsageError for what is no list of names. */
export function checkTraits(traits: Traits): Traits {
  const isObject = typeof traits === "object" && traits !== null;
  const unknown = isObject ? Object.keys(traits).find((key) => key !== "hardware" && key !== "software") : undefined;
  const lists = isObject ? [traits.hardware ?? [], traits.software ?? []] : [];
  if (!isObject || unknown !== undefined || !lists.every(isNames)) {
    throw new UsageError(
      "BAD_ARGUMENT",
      `traits are lists of names: { hardware: ["gpu"], software: ["sharp"] }${unknown === undefined ? "" : `; there is no ${unknown}`}`,
    );
  }
  return { hardware: [...(traits.hardware ?? [])], software: [...(traits.software ?? [])] };
}

function isNames(list: unknown): boolean {
  return Array.isArray(list) && list.every((name) => typeof name === "string");
}

/** What a site has: what it was given at launch, what this machine is, and the services that it exposes. */
export function traitsOf(given: Traits | undefined, services: readonly string[]): Required<Traits> {
  return {
    hardware: [...(given?.hardware ?? []), process.arch, process.platform, endianness()],
    software: [...(given?.software ?? []), ...services, `node${process.versions.node.split(".")[0]}`],
  };
}
