import type { PageSpan } from "@isles/dsm/internal";
import type { Member } from "../member.ts";
import { noSuchFunction, type ProgramFunction } from "../program.ts";
import { Site } from "../site.ts";
import type { Placement } from "./place.ts";
import type { Placer } from "./placer.ts";

/** The launcher's service that decides where functions run which sites start. */
export const PLACER = "placer";
/** Every site's service that runs the functions of its program for other sites. */
export const PROGRAM = "program";

/** What sites ask of the launcher. */
export interface PlacerService {
  /** Null: by load. */
  place(name: string, spans: readonly PageSpan[] | null): Placement | Promise<Placement>;
  /** What was placed so has ended. */
  ended(site: number): void;
}

/** At the launcher: decisions for the sites are made where all others are. */
export function servePlacer({ rpcNode }: Member, placer: Placer): void {
  const placed = (by: number, placement: Placement): Placement => {
    placer.countJob(by, placement.site, 1);
    return placement;
  };
  rpcNode.services.addInternal(PLACER, {
    // No async function: with those, every promise of this thread would be followed, see Contexts.
    place(name: string, spans: readonly PageSpan[] | null): Placement | Promise<Placement> {
      const { caller } = rpcNode.contexts.current!;
      if (spans === null) return placed(caller, placer.byLoad(name));
      return placer.ask(spans).then((found) => {
        const { bytes, load, ...placement } = placer.byData(spans, found);
        placer.recordByData(name, { ...placement, bytes, load });
        return placed(caller, placement);
      });
    },
    ended(site: number): void {
      placer.countJob(rpcNode.contexts.current!.caller, site, -1);
    },
  });
}

/** Under which name a function of the program is called: never one that stubs keep for themselves. */
export function memberOf(name: string): string {
  return `${name}()`;
}

/** At a site: runs functions of its program for others, as calls, so that one may run inside a wait of another. */
export function serveProgram(member: Member, functions: ReadonlyMap<string, ProgramFunction>): void {
  const { rpcNode } = member;
  const members: Record<string, (args: unknown) => unknown> = {
    // There is always something to expose, whatever the program exports.
    [memberOf("")]: () => {
      throw noSuchFunction("", [...functions.keys()]);
    },
  };
  for (const [name, run] of functions) {
    const siteOfCall = (): Site => {
      const call = rpcNode.contexts.current!;
      return new Site(member, () => call.signal);
    };
    // Calls of asynchronous methods are followed through every `await`, and known by their class.
    members[memberOf(name)] =
      Object.prototype.toString.call(run) === "[object AsyncFunction]"
        ? async (args) => run(siteOfCall(), args)
        : (args) => run(siteOfCall(), args);
  }
  rpcNode.services.addInternal(PROGRAM, members);
}
