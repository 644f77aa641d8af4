/** Says what is going on, in place on a terminal (with the seconds so far) and once per step where output is piped. */
export interface Ticker {
  say(what: string): void;
  stop(): void;
}

const INTERVAL_MS = 500;

export function startTicker(out: NodeJS.WriteStream | undefined): Ticker {
  if (out === undefined) return { say: () => undefined, stop: () => undefined };
  if (!out.isTTY) return { say: (what) => void out.write(`isles: ${what}\n`), stop: () => undefined };
  const start = performance.now();
  let what = "";
  const draw = () => out.write(`\r\u001b[K${what} … ${((performance.now() - start) / 1000).toFixed(0)} s`);
  const timer = setInterval(draw, INTERVAL_MS).unref();
  return {
    say: (next) => {
      what = next;
      draw();
    },
    stop: () => {
      clearInterval(timer);
      if (what !== "") out.write("\r\u001b[K");
      what = "";
    },
  };
}
