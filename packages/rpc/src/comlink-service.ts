import { UsageError } from "@isles/base";
import type { Transferable } from "@isles/transport";
import { type Endpoint, expose } from "comlink";
import { type ComlinkRequest, thrownThere } from "./comlink-protocol.ts";

/** The listed members of a service, and nothing else. */
export type ServiceMembers = ReadonlyMap<string, (...args: unknown[]) => unknown>;

export interface ComlinkServiceOptions {
  readonly name: string;
  /** Looked up at every call, so a service that is replaced or taken back is so at once. */
  readonly members: () => ServiceMembers | undefined;
  post(data: unknown, transfer: readonly Transferable[]): void;
  defer(task: () => void): void;
}

type ComlinkListener = (event: { readonly data: unknown }) => void;

/** Serves one peer's Comlink calls to a natively exposed service. */
export class ComlinkService {
  readonly #options: ComlinkServiceOptions;
  #listener: ComlinkListener | undefined;

  constructor(options: ComlinkServiceOptions) {
    this.#options = options;
    const endpoint: Endpoint = {
      addEventListener: (_type, listener) => {
        this.#listener = listener as ComlinkListener;
      },
      // Comlink stops listening after RELEASE; a service outlives its callers.
      removeEventListener: () => {},
      postMessage: (message, transfer) => options.post(message, (transfer ?? []) as Transferable[]),
    };
    expose(guard(options), endpoint);
  }

  /** Answers the request at the next point where program code may run. Whatever it holds, nothing is thrown here. */
  serve(request: ComlinkRequest): void {
    this.#options.defer(() => {
      try {
        this.#listener?.({ data: request });
      } catch (cause) {
        // Comlink decodes the arguments outside its own `try`.
        const message = `call to service "${this.#options.name}" refused: its arguments are not in Comlink's form (${String(cause)})`;
        this.#options.post(thrownThere(request.id, new UsageError("BAD_CALL", message)), []);
      }
    });
  }
}

/**
 * Comlink walks any path of properties and calls, reads, writes or constructs what it finds there, and so reaches
 * `increment.constructor`, which is `Function`. Here the only step that leads anywhere is `apply` of a listed member,
 * which is how Comlink itself makes a call.
 */
function guard({ name, members }: ComlinkServiceOptions): object {
  return sealed(`service "${name}"`, {
    get(_target, property) {
      const service = members();
      if (!service) throw refusal(`service "${name}" is not exposed on this site any more`);
      const member = typeof property === "string" ? service.get(property) : undefined;
      if (!member) {
        const known = [...service.keys()].join(", ");
        throw refusal(`service "${name}" has no method ${shown(property)}; it has ${known || "none"}`);
      }
      return guardMember(`method "${String(property)}" of service "${name}"`, member);
    },
  });
}

function guardMember(what: string, member: (...args: unknown[]) => unknown): object {
  const apply = sealed(what, {
    apply: (_target, _this, [, args]: [unknown, unknown[]]) => member(...args),
  });
  return sealed(what, {
    get(_target, property) {
      if (property === "apply") return apply;
      throw refusal(`${what} can only be called, not read and not followed to ${shown(property)}`);
    },
  });
}

/** An object of which every operation that Comlink might be asked for is refused, but for those that are given. */
function sealed(what: string, allowed: ProxyHandler<() => void>): object {
  const refuse = (action: string) => () => {
    throw refusal(`${what} cannot be ${action}; only its listed methods can be called`);
  };
  return new Proxy(function target() {}, {
    get: refuse("read"),
    set: refuse("written"),
    apply: refuse("called this way"),
    construct: refuse("constructed with new"),
    defineProperty: refuse("written"),
    deleteProperty: refuse("written"),
    getPrototypeOf: () => null,
    ownKeys: refuse("listed"),
    // Comlink asks for its finalizer on RELEASE.
    has: () => false,
    ...allowed,
  });
}

function refusal(message: string): UsageError {
  return new UsageError("NOT_EXPOSED", message);
}

function shown(property: string | symbol): string {
  return typeof property === "string" ? `"${property.slice(0, 100)}"` : property.toString();
}
