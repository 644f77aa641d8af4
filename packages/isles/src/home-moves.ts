import type { LaunchOptions } from "./launch.ts";

const moveAfter = Symbol("home moves");

/**
 * Launch options under which a page's home moves to its writer after so many writes in a row (see the array option
 * `homeMigration`). Not public: tests make it 1, so that homes move all the time.
 */
export function withHomeMovesAfter(options: LaunchOptions, writes: number): LaunchOptions {
  return { ...options, [moveAfter]: writes } as LaunchOptions;
}

export function homeMoveAfterOf(options: LaunchOptions): number | undefined {
  return (options as { [moveAfter]?: number })[moveAfter];
}
