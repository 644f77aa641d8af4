/** What remote calls are compared with, between the very two threads that make those: where the scheduler puts them decides. */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import * as Comlink from "comlink";
import { type Bytes, type Echo, echoService } from "./echo.ts";

/** Answers over one port by Comlink, over another by itself. */
export function answerRivals(comlink: MessagePort, bare: MessagePort): void {
  const service = echoService((bytes, transfer) => Comlink.transfer(bytes, transfer));
  Comlink.expose(service, comlink as unknown as Comlink.Endpoint);
  // A message of one in a list is one to move back.
  bare.on("message", (message: unknown) => {
    if (Array.isArray(message)) bare.postMessage(message, [(message as [Bytes])[0].buffer]);
    else bare.postMessage(message);
  });
}

/** Calls another thread by Comlink over a bare MessageChannel, or sends it bare messages. */
export class Rivals implements Disposable {
  readonly comlink: Comlink.Remote<Echo>;
  /** For the other thread: what `answerRivals` takes. */
  readonly farPorts: [MessagePort, MessagePort];
  readonly #ports: readonly MessagePort[];
  readonly #bare: MessagePort;
  #answered: (message: unknown) => void = () => undefined;

  constructor() {
    const comlink = new MessageChannel();
    const bare = new MessageChannel();
    this.farPorts = [comlink.port2, bare.port2];
    this.#ports = [comlink.port1, bare.port1];
    this.#bare = bare.port1;
    this.#bare.on("message", (message: unknown) => this.#answered(message));
    this.comlink = Comlink.wrap<Echo>(comlink.port1 as unknown as Comlink.Endpoint);
  }

  /** There and back over the bare port. */
  bare(message: unknown): Promise<unknown> {
    return new Promise((answered) => {
      this.#answered = answered;
      this.#bare.postMessage(message);
    });
  }

  /** The same, moved both ways. */
  async bareMoved(bytes: Bytes): Promise<Bytes> {
    const answer = new Promise<unknown>((answered) => {
      this.#answered = answered;
    });
    this.#bare.postMessage([bytes], [bytes.buffer]);
    return ((await answer) as [Bytes])[0];
  }

  [Symbol.dispose](): void {
    for (const port of this.#ports) port.close();
  }
}
