import { unchecked } from "./trouble.mjs";

export { heapBytes, unchecked } from "./trouble.mjs";

/** By threads of one memory, or by a driver of workers. */
export const run = (team) => ("call" in team ? team.call(0, "work", [team.workers]) : unchecked(team));

/** What a worker is sent. */
export const work = (count) => unchecked({ id: 0, count });
