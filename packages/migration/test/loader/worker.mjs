import { parentPort, workerData } from "node:worker_threads";
import { capture, imageFromBytes, imageToBytes, loadProgram, pinnedBy, revive, startProcess } from "@isles/migration";

process.setSourceMapsEnabled(true);
const { url, typescript, image, name } = workerData;
const tsx = typescript ? (await import("tsx/esm/api")).register : undefined;
const program = await loadProgram(url, tsx && { tsx });
const log = () => {};
const found = image
  ? revive(imageFromBytes(image), { here: new Map([["log", log]]) })
  : startProcess(program[name], [log, 5]);
const steps = [];
let stack;
try {
  for (let i = 0; i < 3; i++) {
    const { value, done } = found.next();
    steps.push(value);
    if (done) break;
  }
} catch (error) {
  stack = error.stack;
}
const here = new Map([[log, "log"]]);
parentPort.postMessage({
  steps,
  stack,
  pinned: pinnedBy(found, { here }),
  image: imageToBytes(capture(found, { here })),
});
