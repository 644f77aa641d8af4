import { type Any, FakeNet } from "./fake-net.ts";

export function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** Endpoint 1 with a service that writes down what it is asked, and a stub of it on endpoint 0. */
export function counting(options: ConstructorParameters<typeof FakeNet>[0] = {}): {
  net: FakeNet;
  stub: Any;
  log: unknown[];
  answer: (v: unknown) => void;
} {
  const net = new FakeNet(options);
  const log: unknown[] = [];
  const waiting: ((v: unknown) => void)[] = [];
  net.rpc(1).expose("s", {
    add: (n: unknown) => log.push(n),
    fail: (message: string) => {
      throw new RangeError(message);
    },
    wait: () => {
      const { signal } = net.rpc(1).current!;
      log.push(signal);
      return new Promise((resolve) => waiting.push(resolve));
    },
    never,
  });
  return { net, stub: net.stub(0, 1, "s"), log, answer: (v) => waiting.shift()!(v) };
}
