import { thrower } from "./trouble.mjs";

export { heapBytes, thrower } from "./trouble.mjs";

/** By threads of one memory, or by a driver of workers. */
export const run = (team) => ("call" in team ? team.call(0, "work", [team.workers]) : thrower(team));

/** What a worker is sent. */
export const work = (count) => thrower({ id: 0, count });
