/** Services and runs that do what no program should. */
import { byReference, type Site, type Stub, withOptions } from "isles";

export interface Hostile {
  publish(fire: Stub<(by: number) => void>): void;
  throwUnprintable(): void;
  throwLater(what: string): void;
  echo(value: unknown): unknown;
  never(): Promise<never>;
  descend(frames: number, left: number): number;
  file(): { read(): string };
  numbers(to: number): Generator<number>;
  endless(): AsyncGenerator<number>;
}

export function serve(site: Site): void {
  const hostile: Hostile = {
    publish: (fire) => void site.rpc.expose("published", { fire }),
    throwUnprintable: () => {
      throw Object.create(null);
    },
    throwLater: (what) => {
      setTimeout(() => {
        throw what === "null" ? null : new Proxy({}, { getPrototypeOf: () => expectNobody() });
      });
    },
    echo: (value) => value,
    never: () => new Promise(() => undefined),
    descend: (frames, left) => {
      const go = (n: number): number => (n > 0 ? go(n - 1) + 1 : next(left - 1));
      const next = (rest: number): number =>
        rest === 0 ? 0 : site.rpc.blocking<Hostile>(1 - site.id, "hostile").descend(frames, rest);
      return go(frames);
    },
    file: () => byReference({ read: () => "read" }),
    *numbers(to) {
      for (let n = 0; n < to; n++) yield n;
    },
    async *endless() {
      for (let n = 0; ; n++) yield n;
    },
  };
  site.rpc.expose("hostile", hostile);
}

function expectNobody(): never {
  throw new Error("do not look at me");
}

export function recurse(site: Site, frames: number): number {
  return site.rpc.blocking<Hostile>(1 - site.id, "hostile").descend(frames, 5_000);
}

export function moveMemory(site: Site): void {
  const array = site.memory.float64("not to be moved", 10, { home: 0 });
  array.fill(1);
  using span = array.write();
  const stub = withOptions(site.rpc.blocking<Hostile>(1, "hostile"), { transfer: [span.view.buffer as ArrayBuffer] });
  stub.echo(1);
}

export function sumMemory(site: Site): number {
  using span = site.memory.float64("not to be moved", 10, { home: 0 }).read();
  return span.view.reduce((sum, one) => sum + one, 0);
}

export function readEachOther(site: Site): string {
  site.barrier();
  try {
    for (const _ of site.rpc.blocking<Hostile>(1 - site.id, "hostile").endless()) break;
    return "read";
  } catch (error) {
    return (error as Error).name;
  }
}

export function callOneself(site: Site): unknown[] {
  const own = site.rpc.blocking<Hostile>(site.id, "hostile");
  using file = own.file() as ReturnType<typeof own.file> & Disposable;
  return [[...own.numbers(3)], file.read(), typeof (file as { secret?: unknown }).secret === "function"];
}
