import { TimeoutError } from "@isles/base";
import type { Core } from "./core.ts";
import type { OutgoingCall } from "./outgoing-call.ts";
import { internalName } from "./services.ts";
import type { Target } from "./stub-state.ts";
import { withoutTime } from "./stubs.ts";
import { textField } from "./text-frames.ts";
import type { CallOptions } from "./types.ts";

/** How long a call by name alone waits for a site that exposes the name, in milliseconds, unless its `timeoutMs` is shorter. */
export const FIND_TIMEOUT_MS = 10_000;

const NAME = "matchmaker";

/** Knows which endpoints expose what; lives on the launcher, which is always awake. */
class Directory {
  readonly #core: Core;
  readonly #sites = new Map<string, number[]>();
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Calls by name are spread over those who expose it. */
  #turn = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  readonly service = {
    announce: (name: string): void => {
      const sites = this.#sites.get(name) ?? [];
      const { caller } = this.#core.contexts.current!;
      if (!sites.includes(caller)) this.#sites.set(name, [...sites, caller]);
      for (const look of [...(this.#waiting.get(name) ?? [])]) look();
    },
    withdraw: (name: string): void => this.#remove(name, this.#core.contexts.current!.caller),
    find: (name: string, timeoutMs: number): number | Promise<number> => {
      const sites = this.#sites.get(name);
      return sites === undefined ? this.#wait(name, timeoutMs) : sites[this.#turn++ % sites.length]!;
    },
  };

  /** What a site exposes. */
  namesAt(site: number): string[] {
    return [...this.#sites].filter(([, sites]) => sites.includes(site)).map(([name]) => name);
  }

  peerLost(peer: number): void {
    for (const name of [...this.#sites.keys()]) this.#remove(name, peer);
  }

  #remove(name: string, site: number): void {
    const left = (this.#sites.get(name) ?? []).filter((other) => other !== site);
    if (left.length === 0) this.#sites.delete(name);
    else this.#sites.set(name, left);
  }

  #wait(name: string, timeoutMs: number): Promise<number> {
    const { signal } = this.#core.contexts.current!;
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, waiting);
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        waiting.delete(look);
        if (waiting.size === 0) this.#waiting.delete(name);
      };
      const look = (): void => {
        const sites = this.#sites.get(name);
        if (sites === undefined) return;
        end();
        resolve(sites[this.#turn++ % sites.length]!);
      };
      const giveUp = (): void => {
        end();
        const expose = `rpc.expose(${JSON.stringify(name)}, …)`;
        reject(
          new TimeoutError(`no site exposed ${JSON.stringify(name)} within ${timeoutMs} ms; call ${expose} on one`),
        );
      };
      const timer = setTimeout(giveUp, timeoutMs);
      timer.unref();
      waiting.add(look);
      signal.addEventListener("abort", giveUp);
    });
  }
}

/** Binding by name alone: finds an endpoint that exposes a service, and waits for one to appear. */
export class Matchmaker {
  readonly #core: Core;
  readonly #directory: Directory | undefined;
  readonly #home: Target;

  constructor(core: Core) {
    const { self, sites } = core.host;
    this.#core = core;
    this.#home = { kind: "service", peer: sites, name: internalName(NAME) };
    if (self !== sites) return;
    this.#directory = new Directory(core);
    core.services.addInternal(NAME, this.#directory.service);
  }

  announce(name: string): void {
    this.#tell("announce", name);
  }

  withdraw(name: string): void {
    this.#tell("withdraw", name);
  }

  /** The names that an endpoint exposes; only the launcher knows. */
  namesAt(endpoint: number): readonly string[] {
    return this.#directory?.namesAt(endpoint) ?? [];
  }

  peerLost(peer: number): void {
    this.#directory?.peerLost(peer);
  }

  /** Sends a call to whoever exposes the name; a stub stays with the one found until that one fails it. */
  send(
    target: Target & { kind: "any" },
    call: OutgoingCall,
    method: string,
    args: unknown[],
    options: CallOptions,
  ): void {
    if (target.peer !== undefined && !this.#core.session(target.peer).isLost) {
      this.#sendTo(target, target.peer, call, method, args, options);
      return;
    }
    const timeoutMs = Math.min(options.timeoutMs ?? FIND_TIMEOUT_MS, FIND_TIMEOUT_MS);
    const { stubs } = this.#core;
    const { signal } = options;
    const limits = signal === undefined ? {} : { signal };
    const startedAt = this.#core.host.now();
    const sendTo = (found: number): void => {
      // Calls made before any was found: all go where the first of them goes, in order.
      const peer = target.peer === undefined || this.#core.session(target.peer).isLost ? found : target.peer;
      target.peer = peer;
      this.#sendTo(target, peer, call, method, args, withoutTime(options, this.#core.host.now() - startedAt));
    };
    if (call.manner === "blocking") {
      try {
        sendTo(stubs.wait(stubs.call(this.#home, "blocking", limits, "find", [target.name, timeoutMs])) as number);
      } catch (error) {
        call.reject(error);
      }
      return;
    }
    const finding = stubs.call(this.#home, "async", limits, "find", [target.name, timeoutMs]).promise();
    finding.then(
      (peer) => sendTo(peer as number),
      (error: unknown) => call.failWith(error),
    );
  }

  #sendTo(
    target: Target & { kind: "any" },
    peer: number,
    call: OutgoingCall,
    method: string,
    args: unknown[],
    options: CallOptions,
  ): void {
    this.#core.session(peer).send(call, `s${textField(target.name)}`, method, args, options);
    call.onSettled(() => {
      // Withdrawn or gone: the next call looks for another.
      if (call.hasFailed && target.peer === peer && isUnbound(call.error)) delete target.peer;
    });
  }

  #tell(method: string, name: string): void {
    this.#core.stubs.call(this.#home, "oneWay", {}, method, [name]);
  }
}

function isUnbound(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "NOT_EXPOSED" || code === "SITE_DOWN";
}
