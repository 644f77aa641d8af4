/** A running process: what is alive in it at a `yield` goes along. */
import { defineProcess, receive } from "isles";

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
