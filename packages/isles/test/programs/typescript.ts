import type { Site } from "isles";

export function typed(_site: Site, n: number): number {
  return n + 1;
}
