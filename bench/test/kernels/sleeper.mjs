import { sleeper } from "./trouble.mjs";

export { heapBytes, sleeper } from "./trouble.mjs";

/** By threads of one memory, or by a driver of workers. */
export const run = (team) => ("call" in team ? team.call(0, "work", [team.workers]) : sleeper(team));

/** What a worker is sent. */
export const work = (count) => sleeper({ id: 0, count });
