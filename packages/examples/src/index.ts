/**
 * @isles/examples: example programs and the demo.
 *
 * It uses nothing but the public face a user has.
 *
 * @packageDocumentation
 */
export * from "./kernel/compare.ts";
export * from "./kernel/contract.ts";
export * from "./kernel/run-kernel.ts";
export * from "./kernel/steps.ts";
export * from "./kernels/add-product.ts";
export * from "./kernels/barnes.ts";
export * from "./kernels/cg.ts";
export * from "./kernels/cg-classes.ts";
export * from "./kernels/cg-matrix.ts";
export * from "./kernels/conjugate-gradient.ts";
export * from "./kernels/ep.ts";
export * from "./kernels/fft.ts";
export * from "./kernels/ft.ts";
export * from "./kernels/hashmap.ts";
export * from "./kernels/heat.ts";
export * from "./kernels/is.ts";
export * from "./kernels/kmeans.ts";
export * from "./kernels/lcg48.ts";
export * from "./kernels/life.ts";
export * from "./kernels/lu.ts";
export * from "./kernels/mandelbrot.ts";
export * from "./kernels/matmul.ts";
export * from "./kernels/mg.ts";
export * from "./kernels/mg-cycle.ts";
export * from "./kernels/octree.ts";
export * from "./kernels/pagerank.ts";
export * from "./kernels/pagerank-graphs.ts";
export * from "./kernels/places.ts";
export * from "./kernels/plummer.ts";
export * from "./kernels/radix.ts";
export * from "./kernels/randlc.ts";
export * from "./kernels/sor.ts";
export * from "./kernels/tsp.ts";
export * from "./kernels/tsp-instances.ts";
export * from "./kernels/words.ts";
export * from "./kernels/words-text.ts";
export { drawHeat } from "./picture/heat-picture.ts";
export * from "./programs/index.ts";
export * from "./relief/crater.ts";
export * from "./relief/spline.ts";
export * from "./relief/volcano.ts";
export { makeOutFolder } from "./report/out-folder.ts";
