import { playRandom, playRandomAsync, type RandomRun, type Step } from "@isles/testkit";
import type { Site } from "isles";

export function random(site: Site, run: RandomRun): Step[] | Promise<Step[]> {
  return run.async ? playRandomAsync(site.memory, site.id, run, site) : playRandom(site, run);
}
