import type { Completion } from "@isles/base";
import { Service } from "@isles/transport";
import type { Calls } from "./calls.ts";
import type { EndedGroups } from "./ended-groups.ts";
import { Gather } from "./gather.ts";
import { rootSite } from "./roster.ts";
import type { Waits } from "./waits.ts";

/**
 * A central barrier (Mellor-Crummey and Scott 1991, section 3.1): each site sends one message to the root, and the root one
 * to each site: `B key` arrived, `R key` released. A call let go by a failure is taken back: `U key`, answered `Y key`.
 */
export class Barrier {
  readonly gather: Gather<undefined>;
  readonly #waits: Waits;
  readonly #calls: Calls<void>;

  constructor(waits: Waits, calls: Calls<void>, ended: EndedGroups) {
    this.#waits = waits;
    this.#calls = calls;
    const { host } = waits;
    this.gather = new Gather(
      host.sites,
      {
        complete: (key) => {
          const text = "R" + key;
          // The root last: the others have the longer way.
          for (let site = host.sites - 1; site >= 0; site--) host.sendText(site, Service.Collective, text);
        },
        refuse: (key, site, _piece, absence) =>
          host.sendValue(site, Service.Collective, { k: "hopeless", kind: "barrier", key, ...absence }),
        withdrawn: (key, site) => host.sendText(site, Service.Collective, "Y" + key),
      },
      ended,
    );
  }

  arrive(name: string): Completion<void> {
    const { host } = this.#waits;
    const { key, completion } = this.#calls.open(name, (one) => host.sendText(rootSite, Service.Collective, "U" + one));
    host.sendText(rootSite, Service.Collective, "B" + key);
    return completion;
  }

  arrived(from: number, text: string): void {
    this.gather.arrive(text.slice(1), from, undefined);
  }

  released(text: string): void {
    this.#calls.answered(text.slice(1))?.completion.resolve();
  }
}
