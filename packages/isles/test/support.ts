import { type LaunchOptions, launch } from "isles";
import type * as Basics from "./programs/basics.mjs";

export function program(name: string): URL {
  return new URL(`./programs/${name}`, import.meta.url);
}

export function launchBasics(sites: number, options: Partial<LaunchOptions> = {}) {
  return launch<typeof Basics>({ program: program("basics.mjs"), sites, ...options });
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("it was not rejected");
}
