/** For the tools and the listed layers above (see scripts/arrows.mjs); no promise of stability. */
export {};
