import { fine } from "./trouble.mjs";

export { fine, heapBytes } from "./trouble.mjs";

/** By threads of one memory, or by a driver of workers. */
export const run = (team) => ("call" in team ? team.call(0, "work", [team.workers]) : fine(team));

/** What a worker is sent. */
export const work = (count) => fine({ id: 0, count });
