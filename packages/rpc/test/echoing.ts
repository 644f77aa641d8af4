import { type Any, FakeNet, type NetOptions } from "./fake-net.ts";

/** Endpoint 1 with a service that gives back what it is given, and a stub of it on endpoint 0. */
export function echoing(options: NetOptions = {}): {
  net: FakeNet;
  echo: Any;
  got: unknown[][];
} {
  const net = new FakeNet({ ...options });
  const got: unknown[][] = [];
  net.rpc(1).expose("echo", {
    same: (...args: unknown[]) => {
      got.push(args);
      return args[0];
    },
    fail: (error: unknown) => {
      throw error;
    },
  });
  return { net, echo: net.stub(0, 1, "echo"), got };
}
