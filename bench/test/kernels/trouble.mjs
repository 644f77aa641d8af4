// Kernels that go wrong, each in all variants: ../rounds.test.ts.

/** What a run looks like that took a millisecond. */
const answer = (count, ok) => ({
  kernel: "trouble",
  size: "tiny",
  workers: count,
  seconds: [0.001],
  verdict: { ok, against: "nothing", found: ok ? "fine" : "element 3 is 4" },
});

/** Nobody wakes it. */
const sleep = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);

export const heapBytes = () => 64;

export const fine = (site) => answer(site.count, true);
export const liar = (site) => answer(site.count, false);
export const thrower = () => {
  throw new Error("no such luck");
};
export const sleeper = (site) => {
  if (site.id === 0) sleep();
  return answer(site.count, true);
};
export const unchecked = (site) => ({ ...answer(site.count, true), verdict: undefined });
