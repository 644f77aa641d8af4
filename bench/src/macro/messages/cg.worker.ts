import { multiply, type SparseRows } from "@isles/examples";

let own: { readonly rows: SparseRows; readonly q: Float64Array } | undefined;

/** This worker's rows of the matrix. */
export function keep(rows: SparseRows): void {
  own = { rows, q: new Float64Array(rows.rowstr.length - 1) };
}

/** The product of those rows and a whole vector. */
export function product(v: Float64Array): Float64Array {
  if (own === undefined) throw new Error("the CG worker has no matrix yet: call keep first");
  multiply(own.rows, v, own.q);
  return own.q;
}
