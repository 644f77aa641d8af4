const SMALLEST_PAGE_BYTES = 4096;
const LARGEST_PAGE_BYTES = 65_536;

/**
 * The page size for data that always travels whole, `bytes` at a time: one page holds it if it can, since one large page
 * comes sooner than many small ones.
 */
export function pageSizeFor(bytes: number): number {
  let size = SMALLEST_PAGE_BYTES;
  while (size < bytes && size < LARGEST_PAGE_BYTES) size *= 2;
  return size;
}
