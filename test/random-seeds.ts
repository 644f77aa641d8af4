import type { RandomRun } from "@isles/testkit";

/** Every random program that ever failed. They are run again each time, before new ones. */
export const failedRuns: readonly RandomRun[] = [];
