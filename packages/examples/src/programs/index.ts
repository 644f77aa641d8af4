/** The programs, as `launch({ program })` wants them: the addresses of built modules, and their types. */
export type * as CgProgram from "./cg.program.ts";
export { CG_PROGRESS, type CgAnswer, type CgTask } from "./cg.program.ts";
export type * as HeatProgram from "./heat.program.ts";
export { HEAT_PROGRESS, type HeatAnswer, type HeatTask, RELIEF, temperatures } from "./heat.program.ts";

export const cgProgram = new URL("./cg.program.js", import.meta.url);
export const heatProgram = new URL("./heat.program.js", import.meta.url);
