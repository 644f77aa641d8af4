import { TimeoutError } from "@isles/base";
import type { Acquisition, PageRange } from "@isles/coherence";
import type { Endpoint } from "./endpoint.ts";
import { Prefetcher } from "./prefetcher.ts";

/** How long an asynchronous span is waited for while this endpoint holds others, in milliseconds. */
const NESTED_DEADLINE_MS = 10_000;

/**
 * Acquires the pages of ranges without blocking the thread.
 *
 * A thread that blocks may lend what it holds, because no code of its program can look meanwhile. Here it goes on running
 * and may be using the spans it holds, so they stay; two endpoints that hold one span each and await the other's would
 * wait for ever. The deadline turns that into an error that says what to do.
 */
export async function acquireAsync(
  endpoint: Endpoint,
  ranges: readonly PageRange[],
  what: string,
): Promise<Acquisition> {
  const nested = endpoint.pins.live.some((other) => other.granted);
  const granted = endpoint.pend<Acquisition>(what);
  const acquisition = endpoint.spans.begin(ranges, false);
  endpoint.own(acquisition);
  let ahead: Prefetcher | undefined;
  endpoint.onTurns(() => {
    if (granted.settled) return true;
    const freed = ranges.find((range) => endpoint.regions.regionOf(range.region) === undefined);
    if (freed !== undefined) granted.reject(endpoint.regions.freedError(freed.region));
    else if (!endpoint.spans.next(acquisition)) granted.resolve(acquisition);
    else if (!isOnePage(ranges)) {
      ahead ??= new Prefetcher(acquisition, endpoint.regions);
      ahead.run();
    }
    return granted.settled;
  });
  try {
    return await endpoint.waitAsync(granted, nested ? NESTED_DEADLINE_MS : undefined, () =>
      granted.reject(
        new TimeoutError(
          `${what} did not come within ${NESTED_DEADLINE_MS} ms while this endpoint holds other spans; ` +
            "release them first, or take all spans in one call to memory.async.acquire",
        ),
      ),
    );
  } catch (error) {
    endpoint.spans.cancel(acquisition);
    throw error;
  }
}

/** Then what is waited for is all that there is to ask for. */
function isOnePage(ranges: readonly PageRange[]): boolean {
  return ranges.length === 1 && ranges[0]!.first === ranges[0]!.last;
}
