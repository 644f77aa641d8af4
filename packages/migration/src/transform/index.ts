/** `@isles/migration/transform`: the compiler by itself. It is apart because it brings a parser, which a site that has loaded its program does not need. */
export type { FrameInfo } from "./compiler.ts";
export {
  type TransformedProgram,
  type TransformOptions,
  transformProgram,
  withInlineMap,
} from "./transform-program.ts";
