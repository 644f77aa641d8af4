import { type LitmusRun, type LitmusValues, runLitmus } from "@isles/testkit";
import type { Site } from "isles";

export function litmus(site: Site, run: LitmusRun): LitmusValues {
  return runLitmus(site, run);
}
