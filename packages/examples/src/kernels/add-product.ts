/** Part of an array that holds a matrix row by row: where it begins, and how far its rows are apart. */
export interface Tile {
  readonly values: Float64Array;
  readonly at: number;
  readonly stride: number;
}

/**
 * C += sign · A · B, of `rows` × `depth` and `depth` × `columns` elements; `rows` is even and `columns` a multiple of 4. Eight sums
 * at a time are kept in registers, each in the order of the depth.
 */
export function addProduct(
  sign: number,
  { values: a, at: aAt, stride: aStride }: Tile,
  { values: b, at: bAt, stride: bStride }: Tile,
  { values: c, at: cAt, stride: cStride }: Tile,
  rows: number,
  depth: number,
  columns: number,
): void {
  // `| 0` tells the engine that indices are integers.
  const aStep = aStride | 0;
  const bStep = bStride | 0;
  const cStep = cStride | 0;
  for (let i = 0; i < rows; i += 2) {
    const aRow = (aAt + i * aStep) | 0;
    const aEnd = (aRow + depth) | 0;
    for (let j = 0; j < columns; j += 4) {
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let p = aRow, q = (bAt + j) | 0; p < aEnd; p++, q += bStep) {
        const x0 = a[p];
        const x1 = a[p + aStep];
        const y0 = b[q];
        const y1 = b[q + 1];
        const y2 = b[q + 2];
        const y3 = b[q + 3];
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
      }
      const upper = (cAt + i * cStep + j) | 0;
      const lower = upper + cStep;
      c[upper] += sign * s00;
      c[upper + 1] += sign * s01;
      c[upper + 2] += sign * s02;
      c[upper + 3] += sign * s03;
      c[lower] += sign * s10;
      c[lower + 1] += sign * s11;
      c[lower + 2] += sign * s12;
      c[lower + 3] += sign * s13;
    }
  }
}
