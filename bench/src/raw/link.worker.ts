/**
 * A thread with nothing but a port of the transport: what the yardsticks RTT and T0 run on. It waits as a site does
 * (poll, then spin, then sleep) and runs no other code of the system.
 */
import { parentPort, workerData } from "node:worker_threads";
import { MessageClass, type Receiver, ThreadPort, type ThreadPortSeed } from "@isles/transport";
import { Ask, type Command, PAGE, type Reply, WALKED } from "./protocol.ts";

const { seed, asleep } = workerData as { seed: ThreadPortSeed; asleep: boolean };
/** As many pages as the subjects walk over, so that copying them misses the same caches. */
const pages = new Uint8Array(WALKED * PAGE).fill(1);
let at = 0;
const inbox: string[] = [];
let sender = -1;

const receiver: Receiver = {
  receive(from, message) {
    sender = from;
    inbox.push(message as string);
  },
};
const port = new ThreadPort(seed, receiver);
// More running threads than cores: nobody spins.
if (asleep) for (let n = 0; n < 1000; n++) port.bells.enter();

function next(): string {
  while (inbox.length === 0) {
    if (port.poll() === 0) port.wait(500);
  }
  return inbox.shift()!;
}

function send(to: number, message: string): void {
  port.send(to, message, MessageClass.Request);
  port.flush();
}

/** Sends a page as the system does: the bytes through the ring, their place in a message. */
function sendPage(to: number, ask: string): void {
  at = (at + PAGE) % pages.length;
  const granule = port.putBody(to, pages, at, PAGE);
  send(to, ask + String.fromCharCode(granule));
}

function takePage(message: string): void {
  at = (at + PAGE) % pages.length;
  port.takeBody(sender, message.charCodeAt(1), PAGE, pages, at);
}

/** Answers until told to stop. */
function serve(): void {
  for (;;) {
    const message = next();
    const from = sender;
    const ask = message[0] as Ask;
    if (ask === Ask.Stop) return;
    if (ask === Ask.Ping) send(from, message);
    else if (ask === Ask.Page) sendPage(from, message[0]!);
    // Three hops: to the owner, who answers the one named in the message.
    else if (ask === Ask.Relay) send(2, Ask.Owner + String.fromCharCode(from));
    else if (ask === Ask.Owner) sendPage(message.charCodeAt(1), Ask.Page);
  }
}

/** A message of the size of a protocol record. */
const filler = "\u0001\u0002\u0003\u0004\u0005\u0006\u0007";

function ask({ what, count }: Command & { kind: "ask" }): Float64Array {
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    if (what === "ping") {
      send(1, Ask.Ping + filler);
      next();
    } else {
      send(1, (what === "page" ? Ask.Page : Ask.Relay) + filler);
      takePage(next());
    }
    times[i] = (performance.now() - start) * 1000;
  }
  return times;
}

/**
 * What one send costs its sender, the receiver being at rest in its wait: in a burst, the two would contend for the
 * channel, and the send would seem dearer than it is inside a round trip.
 */
function sends({ count }: Command & { kind: "sends" }): Float64Array {
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    send(1, Ask.Ping + filler);
    times[i] = (performance.now() - start) * 1000;
    next();
  }
  return times;
}

function run(command: Command): Float64Array {
  port.bells.enter();
  try {
    if (command.kind === "serve") serve();
    else if (command.kind === "ask") return ask(command);
    else if (command.kind === "sends") return sends(command);
    else for (let peer = 0; peer < port.endpoints; peer++) if (peer !== port.self) send(peer, Ask.Stop);
    return new Float64Array(0);
  } finally {
    port.bells.leave();
  }
}

parentPort!.on("message", (command: Command) => {
  if (command.kind === "close") {
    port.close();
    parentPort!.close();
    return;
  }
  parentPort!.postMessage({ times: run(command) } satisfies Reply);
});
