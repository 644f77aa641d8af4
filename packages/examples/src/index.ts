/**
 * @isles/examples: example programs and the demo.
 *
 * Not published; it uses nothing but the public face a user has.
 *
 * @packageDocumentation
 */
export * from "./kernel/compare.ts";
export * from "./kernel/contract.ts";
export * from "./kernel/run-kernel.ts";
export * from "./kernel/steps.ts";
export * from "./kernels/cg-classes.ts";
export * from "./kernels/cg-matrix.ts";
export * from "./kernels/conjugate-gradient.ts";
export * from "./kernels/heat.ts";
export * from "./kernels/randlc.ts";
export { drawHeat } from "./picture/heat-picture.ts";
export * from "./programs/index.ts";
export * from "./relief/crater.ts";
export * from "./relief/spline.ts";
export * from "./relief/volcano.ts";
