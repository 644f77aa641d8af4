import { defineProcess } from "@isles/migration";

export const counts = defineProcess(function* (_site: unknown, to: number) {
  let sum = 0;
  for (let i = 0; i < to; i++) {
    sum += i; // stop here
    yield sum;
  }
  const done = `sum ${sum}`; // and here
  return done;
});
