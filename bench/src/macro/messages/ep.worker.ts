import { EP_RESULTS, epScratch, tallyBatch } from "@isles/examples";

/** Tallies batches `start` to `end`. */
export function tally(start: number, end: number): Float64Array {
  const results = new Float64Array(EP_RESULTS);
  const scratch = epScratch();
  for (let batch = start; batch < end; batch++) tallyBatch(batch, scratch, results);
  return results;
}
