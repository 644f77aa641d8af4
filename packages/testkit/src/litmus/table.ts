import { type LitmusTest, parseLitmus } from "./parse.ts";

const rows: readonly (readonly [name: string, sites: string, forbidden: string, legalOutcomes: number])[] = [
  ["SB", "x=1 a=y // y=1 b=x", "a=0 b=0", 3],
  ["MP", "x=1 y=1 // a=y b=x", "a=1 b=0", 3],
  ["LB", "a=x y=1 // b=y x=1", "a=1 b=1", 3],
  ["S", "x=2 y=1 // a=y x=1", "a=1 x=2", 3],
  ["R", "x=1 y=1 // y=2 a=x", "y=2 a=0", 3],
  ["2+2W", "x=1 y=2 // y=1 x=2", "x=1 y=1", 3],
  ["WRC", "x=1 // a=x y=1 // b=y c=x", "a=1 b=1 c=0", 7],
  ["RWC", "x=1 // a=x b=y // y=1 c=x", "a=1 b=0 c=0", 7],
  ["WWC", "x=2 // a=x y=1 // b=y x=1", "a=2 b=1 x=2", 9],
  ["IRIW", "x=1 // y=1 // a=x b=y // c=y d=x", "a=1 b=0 c=1 d=0", 15],
  ["ISA2", "x=1 y=1 // a=y z=1 // b=z c=x", "a=1 b=1 c=0", 7],
  ["3.SB", "x=1 a=y // y=1 b=z // z=1 c=x", "a=0 b=0 c=0", 7],
  ["3.LB", "a=x y=1 // b=y z=1 // c=z x=1", "a=1 b=1 c=1", 7],
  ["3.2W", "x=2 y=1 // y=2 z=1 // z=2 x=1", "x=2 y=2 z=2", 7],
  ["CoRR", "x=1 // a=x b=x", "a=1 b=0", 3],
  ["CoRR2", "x=1 // x=2 // a=x b=x // c=x d=x", "a=1 b=2 c=2 d=1", 47],
  ["CoWW", "x=1 x=2", "x=1", 1],
  ["CoWR", "x=1 a=x // x=2", "a=2 x=1", 3],
  ["CoRW1", "a=x x=1", "a=1", 1],
  ["CoRW2", "a=x x=1 // x=2", "a=2 x=2", 3],
];

/** The litmus tests, with the number of outcomes that sequential consistency allows. */
export const litmusTests: readonly { readonly test: LitmusTest; readonly legalOutcomes: number }[] = rows.map(
  ([name, sites, forbidden, legalOutcomes]) => ({ test: parseLitmus(name, sites, forbidden), legalOutcomes }),
);

const synced: readonly (readonly [name: string, sites: string, forbidden: string])[] = [
  ["SB", "x:=1 a:=y // y:=1 b:=x", "a=0 b=0"],
  ["MP", "x=1 y:=1 // a:=y b=x", "a=1 b=0"],
  ["LB", "a:=x y=1 // b=y x:=1", "a=1 b=1"],
  ["S", "x=2 y:=1 // a:=y x=1", "a=1 x=2"],
  ["R", "x:=1 y:=1 // y:=2 a:=x", "y=2 a=0"],
  ["2+2W", "x:=1 y:=2 // y:=1 x:=2", "x=1 y=1"],
  ["WRC", "x:=1 // a:=x y:=1 // b:=y c=x", "a=1 b=1 c=0"],
  ["WWC", "x:=2 // a:=x y:=1 // b:=y x=1", "a=2 b=1 x=2"],
  ["IRIW", "x:=1 // y:=1 // a:=x b:=y // c:=y d:=x", "a=1 b=0 c=1 d=0"],
  ["ISA2", "x=1 y:=1 // a:=y z:=1 // b:=z c=x", "a=1 b=1 c=0"],
  ["3.LB", "a:=x y=1 // b=y z:=1 // c:=z x=1", "a=1 b=1 c=1"],
  ["3.MP", "x=1 y=1 z:=1 // a:=z b=x c=y", "a=1 b=1 c=0"],
];

/** Litmus tests of release consistency: where the operations marked do synchronise, the outcome is forbidden. */
export const syncedLitmusTests: readonly LitmusTest[] = synced.map(([name, sites, forbidden]) =>
  parseLitmus(name, sites, forbidden),
);
