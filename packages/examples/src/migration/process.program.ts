/**
 * A running process: what is alive in it at a `yield` goes along. ./process.ts moves it from the launcher; alone it runs as
 * `npx isles run packages/examples/src/migration/process.program.ts --sites 3`.
 */
import { defineProcess, receive, type Site } from "isles";

/** Prime numbers below `limit`, by trial division with those found so far. Yields after each number. */
export const primes = defineProcess(function* (site, limit: number) {
  const found: number[] = [];
  const seenAt = new Map<number, number>(); // how many were found on each site
  for (let n = 2; n < limit; n++) {
    if (isPrime(n, found)) {
      found.push(n);
      seenAt.set(site.id, (seenAt.get(site.id) ?? 0) + 1);
    }
    yield; // it may be moved, saved or killed here
  }
  return { found, seenAt };
});

function isPrime(n: number, smaller: readonly number[]): boolean {
  for (const p of smaller) {
    if (p * p > n) return true;
    if (n % p === 0) return false;
  }
  return true;
}

/** Adds up what it is sent, wherever it is, until it is told to stop. */
export const adds = defineProcess(function* (site) {
  let sum = 0;
  try {
    for (;;) {
      const message = yield receive();
      if (message === "stop") return { sum, site: site.id };
      sum += message;
    }
  } finally {
    sum = Number.NaN; // moving it does not run this; ending it does
  }
});

/** Site 0 spawns the process, lets it go on to the next site at every `yield`, and blocks for its result. */
export function main(site: Site): string {
  if (site.id !== 0) return "a place to be";
  const { migration } = site;
  const process = migration.spawn(primes, [500], { policy: "every-yield" });
  const { found, seenAt } = migration.wait(process);
  const shares = [...seenAt.keys()].sort();
  return `${found.length} primes below 500, found on the sites ${shares.join(", ")}`;
}
