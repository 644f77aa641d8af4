import type { Site } from "isles";

/**
 * Does `work` on 0 … length in parts of at most `part`, and serves the other sites after each. A loop over raw views answers
 * nobody: a neighbour that wants a page from this site would wait for the end of the loop, and the two would
 * in effect take turns. A part should take some ten microseconds, as long as a miss does.
 */
export function inParts(site: Site, length: number, part: number, work: (start: number, end: number) => void): void {
  for (let start = 0; start < length; start += part) {
    work(start, Math.min(start + part, length));
    site.poll();
  }
}
