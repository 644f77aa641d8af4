/**
 * One end of a bare MessageChannel with the doorbells of the transport: what a message costs by the way it is written.
 * Below ThreadPort, because that carries only what the system sends.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { BodyRing, Doorbells } from "@isles/transport";
import { type EncodingName, encodings, type Wire } from "./encodings.ts";

export interface EncodingSeed {
  readonly port: MessagePort;
  readonly bells: SharedArrayBuffer;
  readonly rings: readonly [SharedArrayBuffer, SharedArrayBuffer];
  readonly self: 0 | 1;
}

export interface EncodingCommand {
  readonly encoding: EncodingName;
  readonly count: number;
}

const { port, bells: buffer, rings, self } = workerData as EncodingSeed;
const bells = new Doorbells(buffer, self);
const wire: Wire = {
  out: new BodyRing(rings[1 - self]!, self, 2),
  in: new BodyRing(rings[self]!, 1 - self, 2),
  page: new Uint8Array(64 * 1024).fill(7),
};

function receive(): unknown {
  for (;;) {
    bells.listen();
    const received = receiveMessageOnPort(port) as { message: unknown } | undefined;
    if (received !== undefined) return received.message;
    bells.wait(500);
  }
}

function send(message: unknown, transfer: readonly ArrayBuffer[] = []): void {
  if (transfer.length > 0) port.postMessage(message, [...transfer]);
  else port.postMessage(message);
  bells.ring(1 - self, self);
}

parentPort!.on("message", ({ encoding, count }: EncodingCommand) => {
  const { ask, answer, take } = encodings[encoding];
  const times = new Float64Array(count);
  bells.enter();
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    if (self === 0) {
      send(ask);
      take(wire, receive());
    } else {
      receive();
      const { message, transfer } = answer(wire);
      send(message, transfer);
    }
    times[i] = (performance.now() - start) * 1000;
  }
  bells.leave();
  parentPort!.postMessage(times);
});
