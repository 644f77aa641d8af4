import type { WrapPort } from "isles/internal";

/** A broken transport: the first protocol message that reaches endpoint 1 comes twice. Reliable FIFO channels never do that. */
export const wrapPort: WrapPort = (connect, receiver) => {
  let self = -1;
  let isRepeated = false;
  const port = connect({
    receive(from, message) {
      receiver.receive(from, message);
      const isRecord = typeof message === "string" && message.charCodeAt(0) === 1;
      if (self !== 1 || !isRecord || isRepeated) return;
      isRepeated = true;
      receiver.receive(from, message);
    },
  });
  self = port.self;
  return port;
};
