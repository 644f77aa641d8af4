/** All examples, in the order in which they are listed. */

import { barnesExample } from "./barnes.ts";
import type { Example } from "./example.ts";
import { hashmapExample } from "./hashmap.ts";
import { heatExample } from "./heat.ts";
import { kmeansExample } from "./kmeans.ts";
import { lifeExample } from "./life.ts";
import { luExample } from "./lu.ts";
import { mandelbrotExample } from "./mandelbrot.ts";
import { matmulExample } from "./matmul.ts";
import { mgExample } from "./mg.ts";
import { migrationExamples } from "./migration.ts";
import { cgExample, epExample, isExample } from "./npb.ts";
import { pagerankExample } from "./pagerank.ts";
import { radixExample } from "./radix.ts";
import { sorExample } from "./sor.ts";
import { fftExample, ftExample } from "./transforms.ts";
import { tspExample } from "./tsp.ts";
import { wordsExample } from "./words.ts";

export const examples: readonly Example[] = [
  heatExample,
  epExample,
  cgExample,
  isExample,
  mgExample,
  ftExample,
  pagerankExample,
  tspExample,
  wordsExample,
  hashmapExample,
  sorExample,
  fftExample,
  radixExample,
  barnesExample,
  kmeansExample,
  matmulExample,
  luExample,
  lifeExample,
  mandelbrotExample,
  ...migrationExamples,
];
