// What an editor does: finds the script by its source map, sets breakpoints on the user's lines, and shows where it stopped.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { generatedPositionFor, LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

const awake = setInterval(() => undefined, 1_000); // an inspector session alone keeps no thread alive
const path = fileURLToPath(workerData.url);
const lines = readFileSync(path, "utf8").split("\n");
const session = new Session();
session.connectToMainThread();
const scripts = [];
const stops = [];
session.on("Debugger.scriptParsed", ({ params }) => {
  if (params.url.startsWith(workerData.url) && params.sourceMapURL.startsWith("data:")) scripts.push(params);
});
const traced = () => {
  const script = scripts.at(-1);
  const json = Buffer.from(script.sourceMapURL.slice(script.sourceMapURL.indexOf(",") + 1), "base64").toString();
  return { script, map: new TraceMap(json, script.url) };
};
session.on("Debugger.paused", async ({ params }) => {
  const { map } = traced();
  const frame = params.callFrames[0];
  const { lineNumber, columnNumber } = frame.location;
  const at = originalPositionFor(map, { line: lineNumber + 1, column: columnNumber });
  const { result } = await session.post("Debugger.evaluateOnCallFrame", {
    callFrameId: frame.callFrameId,
    expression: "i",
    returnByValue: true,
  });
  stops.push({ line: at.line, text: lines[at.line - 1].trim(), i: result.value ?? null });
  await session.post("Debugger.resume");
});
await session.post("Debugger.enable");
parentPort.postMessage("listening");
await once(parentPort, "message");
const { script, map } = traced();
const source = map.sources.find((name) => name?.endsWith("program.ts"));
for (const text of ["stop here", "and here"]) {
  const line = lines.findIndex((one) => one.includes(text)) + 1;
  const at = generatedPositionFor(map, { source, line, column: 0, bias: LEAST_UPPER_BOUND });
  await session.post("Debugger.setBreakpoint", {
    location: { scriptId: script.scriptId, lineNumber: at.line - 1, columnNumber: at.column },
  });
}
parentPort.postMessage("set");
await once(parentPort, "message");
clearInterval(awake);
parentPort.postMessage(stops);
