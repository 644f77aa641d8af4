import { type Group, Service, type ServiceHost } from "@isles/transport";
import type { EndedGroups } from "./ended-groups.ts";
import { num } from "./text.ts";

/** How a function ended. */
export type Outcome = "returned" | "threw";

/** The site that gathers barriers and reductions. */
export const rootSite = 0;

/**
 * Whether each site's function of a run can still take part in that run's collective calls. A site tells the root, and
 * whoever asked, when it no longer can; the news travels behind everything it sent before, so a barrier it did reach is
 * counted first.
 *
 * In a run of `runAll` a site takes part until its function ends. Among singly started functions (group 0) a site that
 * returned may be given another function, so only one whose last function threw counts as absent, until it starts another.
 *
 * Messages: `F n:group` returned, `T n:group` threw, `S n:group` takes part again, `W n:group` asks to be told.
 */
export class Roster {
  readonly #host: ServiceHost;
  /** Functions running here now, by group, and whether one of them has thrown. Several only in group 0. */
  readonly #running = new Map<number, { readonly left: number; readonly threw: boolean }>();
  /** Groups whose functions here can take part no more. */
  readonly #absent = new Map<number, Outcome>();
  /** Who asked to be told, by group. */
  readonly #told = new Map<number, Set<number>>();
  /** Whom this site has asked, by group. */
  readonly #asked = new Map<number, Set<number>>();
  readonly #ended: EndedGroups;

  constructor(host: ServiceHost, ended: EndedGroups) {
    this.#host = host;
    this.#ended = ended;
  }

  started(group: Group): void {
    const { left, threw } = this.#running.get(group.id) ?? { left: 0, threw: false };
    this.#running.set(group.id, { left: left + 1, threw });
    if (this.#absent.delete(group.id)) this.#tell(group.id, "S");
  }

  /** A function of the group has ended. Returns how the group's part here ended, unless others still run. */
  finished(group: Group, outcome: Outcome): Outcome | undefined {
    const { left, threw } = this.#running.get(group.id) ?? { left: 1, threw: false };
    const now = { left: left - 1, threw: threw || outcome === "threw" };
    if (now.left > 0) {
      this.#running.set(group.id, now);
      return undefined;
    }
    this.#running.delete(group.id);
    return now.threw ? "threw" : "returned";
  }

  /** Tells the others. After everything else that the group's functions here had to send. */
  announce(group: Group, outcome: Outcome): void {
    if (group.id === 0 && outcome === "returned") return;
    this.#absent.set(group.id, outcome);
    this.#tell(group.id, outcome === "returned" ? "F" : "T");
  }

  /** How this site's own function of the group ended, if it has. */
  outcomeHere(group: number): Outcome | undefined {
    return this.#absent.get(group);
  }

  /** Makes sure that this site hears when `site` can take part no more. One message per pair and run. */
  watch(group: number, site: number): void {
    if (site === this.#host.self) return;
    const asked = this.#asked.get(group) ?? new Set();
    if (asked.has(site)) return;
    this.#asked.set(group, asked.add(site));
    this.#host.sendText(site, Service.Collective, "W" + num(group));
  }

  /** Somebody asks to be told about this site. */
  subscribe(from: number, group: number): void {
    if (this.#ended.has(group)) return;
    this.#told.set(group, (this.#told.get(group) ?? new Set()).add(from));
    const outcome = this.#absent.get(group);
    if (outcome !== undefined) this.#send(from, outcome === "returned" ? "F" : "T", group);
  }

  groupEnded(group: number): void {
    this.#running.delete(group);
    this.#absent.delete(group);
    this.#told.delete(group);
    this.#asked.delete(group);
  }

  #tell(group: number, letter: "F" | "T" | "S"): void {
    this.#send(rootSite, letter, group);
    for (const site of this.#told.get(group) ?? []) if (site !== rootSite) this.#send(site, letter, group);
  }

  #send(to: number, letter: "F" | "T" | "S", group: number): void {
    this.#host.sendText(to, Service.Collective, letter + num(group));
  }
}
