/** For the tools and the listed layers above (see scripts/arrows.mjs); no promise of stability. */
export { withHomeMovesAfter } from "./home-moves.ts";
export { type PortWrapping, type WrapPort, withWrappedPorts } from "./wrapped-ports.ts";
