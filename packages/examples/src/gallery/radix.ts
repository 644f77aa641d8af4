import type { Example } from "./example.ts";

export const radixExample: Example = {
  name: "radix",
  title: "Radix sort of SPLASH-2: whole numbers, digit by digit",
  about:
    "Each site sorts its keys by one digit of 11 bits into runs; then each collects its share of the sorted sequence from everybody's runs, as one\n" +
    "long read from each other site, and goes on with the next digit. One barrier a digit. Keys by SPLASH-2's rule. Checked against a serial sort.",
  sizes: { tiny: "2^14 keys", S: "2^21 keys", W: "2^24 keys" },
};
