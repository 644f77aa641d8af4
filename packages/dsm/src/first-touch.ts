import type { Kind } from "@isles/coherence";
import { Service } from "@isles/transport";
import type { Region } from "./region.ts";
import type { RegionSet } from "./region-set.ts";

/** What finding homes needs of an endpoint. */
export interface LocatingHost {
  readonly regions: RegionSet;
  sendText(to: number, service: Service, text: string): void;
  /** Keeps a message for a region that is not announced here yet. */
  keepEarly(region: number, deliver: () => void): void;
}

/**
 * Homes of pages that live where they are first touched: `?kind region page` asks a page's locator, `=home kind region page`
 * answers.
 */
export class FirstTouchService {
  readonly #host: LocatingHost;

  constructor(host: LocatingHost) {
    this.#host = host;
  }

  /** Asks for the page's home, for a request of that kind that is to go there. */
  locate(region: Region, page: number, kind: Kind): void {
    this.#host.sendText(region.firstTouch!.locatorOf(page), Service.Home, `?${kind} ${region.id} ${page}`);
  }

  /** A question, or its answer; the first code unit is the service. */
  text(from: number, message: string): void {
    const fields = message.slice(2).split(" ").map(Number) as [number, number, number, number];
    const answer = message[1] === "=";
    const [home, kind, id, page] = answer ? fields : [-1, ...fields];
    const region = this.#host.regions.regionOf(id!);
    if (region === undefined) {
      if (!this.#host.regions.isFreed(id!)) this.#host.keepEarly(id!, () => this.text(from, message));
      return;
    }
    // The home at first, even if the locator knows a later one: that may not have heard yet that it is one.
    const homes = region.firstTouch!;
    if (!answer) {
      if (homes.homeOf(page!) < 0) homes.learn(page!, from);
      this.#host.sendText(from, Service.Home, `=${homes.homeOf(page!)} ${kind} ${id} ${page}`);
      return;
    }
    homes.learn(page!, home);
    region.homeFound(kind as Kind, page!, home);
  }
}
