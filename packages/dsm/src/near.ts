import { UsageError } from "@isles/base";
import type { TypedArray } from "./elements.ts";
import type { Endpoint } from "./endpoint.ts";
import { SharedArray } from "./shared-array.ts";
import type { SpanRequest } from "./span.ts";

/** Data to be near to: an array or a part of one, a range of one (`array.reading(0, n)`), or several of these. */
export type Near = NearPart | readonly NearPart[];
// biome-ignore lint/suspicious/noExplicitAny: arrays of every element type; SharedArray is invariant in it
type NearPart = SharedArray<any> | SpanRequest<any>;

/** Pages `first` to `last` (included) of a region. */
export interface PageSpan {
  readonly region: number;
  readonly first: number;
  readonly last: number;
}

/**
 * The pages of what a caller wants to be near to. Throws UsageError for what is no shared data of this endpoint's cluster,
 * ReleasedError for an array that was freed.
 */
export function nearSpans(near: unknown, endpoint: Endpoint): PageSpan[] {
  const spans: PageSpan[] = [];
  for (const part of Array.isArray(near) ? (near as unknown[]) : [near]) {
    const { array, start, end } = partOf(part);
    if (!array.isOf(endpoint)) {
      throw new UsageError(
        "BAD_NEAR",
        `near: shared array "${array.name}" belongs to another cluster, whose sites have nothing to do with this one's`,
      );
    }
    for (const { region, first, last } of array.pages(start, end, false)) {
      if (endpoint.regions.regionOf(region) === undefined) throw endpoint.regions.freedError(region);
      spans.push({ region, first, last });
    }
  }
  return spans;
}

function partOf(part: unknown): { array: SharedArray; start: number; end: number } {
  if (part instanceof SharedArray) return { array: part, start: 0, end: part.length };
  const request = part as Partial<SpanRequest<TypedArray>> | null | undefined;
  if (typeof request === "object" && request?.array instanceof SharedArray) {
    const { start, end } = request as SpanRequest<TypedArray>;
    return { array: request.array, start, end };
  }
  throw new UsageError(
    "BAD_NEAR",
    `near takes a shared array, a part of one (array.subarray(a, b)), a range (array.reading(a, b)), or a list of these, not ${describe(part)}`,
  );
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  return ArrayBuffer.isView(value) ? "a typed array of this thread's own" : "another object";
}
