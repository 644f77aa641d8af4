// Answers every ring of endpoint 0 by ringing back, as endpoint 1, `rounds` times. Never spins: it has no core to itself.
import { workerData } from "node:worker_threads";
import { Doorbells } from "@isles/transport";

const { buffer, rounds } = workerData;
const bells = new Doorbells(buffer, 1, 0);
let lost = 0;
for (let round = 0; round < rounds; round++) {
  for (;;) {
    bells.listen();
    if (bells.takeMail(0) !== 0) break;
    const start = performance.now();
    bells.wait(5_000);
    if (performance.now() - start >= 5_000) lost++;
  }
  bells.ring(0, 1);
}
if (lost > 0) throw new Error(`${lost} rings were lost`);
