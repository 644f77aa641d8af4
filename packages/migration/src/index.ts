/**
 * `@isles/migration`: processes that move: generator functions compiled to explicit frames, images of them, and a loader.
 * It is not a scheduler: it neither runs processes nor sends images.
 */
export * from "./define-process.ts";
export { MigrationError } from "./errors.ts";
export { type CaptureOptions, capture, pinnedBy } from "./frames/capture.ts";
export { type ClassCodec, registerClass } from "./frames/class-codec.ts";
export { Frame } from "./frames/frame.ts";
export { imageFromBytes, imageToBytes, type ProcessImage } from "./frames/image.ts";
export { type ReviveOptions, revive } from "./frames/revive.ts";
export { type LoadProgramOptions, loadProgram, registerTransform } from "./loader.ts";
