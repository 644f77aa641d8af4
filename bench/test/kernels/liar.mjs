import { liar } from "./trouble.mjs";

export { heapBytes, liar } from "./trouble.mjs";

/** By threads of one memory, or by a driver of workers. */
export const run = (team) => ("call" in team ? team.call(0, "work", [team.workers]) : liar(team));

/** What a worker is sent. */
export const work = (count) => liar({ id: 0, count });
