import { UsageError } from "@isles/base";
import { isByReference } from "./by-reference.ts";
import type { RpcEndpoint } from "./channel.ts";
import { groupOf } from "./group.ts";
import type { RpcNode } from "./node.ts";
import { isServiceName } from "./services.ts";
import { stubStateOf, type Target } from "./stub-state.ts";
import { checkOptions } from "./stubs.ts";
import { any, type CallContext, type CallOptions, type Exposed, type ExposeOptions, type SiteRef } from "./types.ts";

/** What programs see of an endpoint's RPC, blocking calls included; its public types are `Rpc` and `SiteRpc`. */
export class RpcFace {
  readonly #node: RpcNode;

  constructor(node: RpcNode) {
    this.#node = node;
  }

  get current(): CallContext | undefined {
    return this.#node.contexts.current;
  }

  expose(name: string, service: object, options: ExposeOptions = {}): Exposed {
    const { services, matchmaker, channels } = this.#node;
    checkExposeOptions(options);
    const added = services.add(name, service, options.members);
    matchmaker.announce(name);
    channels.serviceExposed(name);
    const withdraw = (): void => {
      if (services.remove(name, added)) matchmaker.withdraw(name);
    };
    return { name, withdraw, [Symbol.dispose]: withdraw };
  }

  stub(site: SiteRef | object, ...rest: [name?: string | CallOptions, options?: CallOptions]): object {
    return this.#make(false, site, rest);
  }

  blocking(site: SiteRef | object, ...rest: [name?: string | CallOptions, options?: CallOptions]): object {
    return this.#make(true, site, rest);
  }

  group(sites: readonly number[] | "all", name: string, options: CallOptions = {}): object {
    const ids = sites === "all" ? Array.from({ length: this.#node.host.sites }, (_, site) => site) : [...sites];
    const stubs = ids.map((site) => this.#make(false, site, [name, options]));
    return groupOf(ids, stubs);
  }

  endpoint(site: number, name: string): RpcEndpoint {
    return this.#node.channels.endpoint(this.#peer(site), name);
  }

  registerErrors(...classes: (abstract new (...args: never[]) => Error)[]): void {
    this.#node.errors.register(...classes);
  }

  #make(
    blocking: boolean,
    site: SiteRef | object,
    [name, options]: [name?: string | CallOptions, options?: CallOptions],
  ): object {
    if ((typeof site === "function" || typeof site === "object") && site !== null) {
      const { target, options: own } = this.#reference(site);
      return this.#node.stubs.make(target, blocking, checkOptions({ ...own, ...(name as CallOptions | undefined) }));
    }
    if (typeof name !== "string" || !isServiceName(name))
      throw new UsageError("BAD_ARGUMENT", `a stub needs the name of a service: stub(${String(site)}, "counter")`);
    const target: Target = site === any ? { kind: "any", name } : { kind: "service", peer: this.#peer(site), name };
    return this.#node.stubs.make(target, blocking, checkOptions(options ?? {}));
  }

  #reference(value: object): { readonly target: Target; readonly options: CallOptions } {
    const state = stubStateOf(value);
    if (state !== undefined) return state;
    if (typeof value === "function" || isByReference(value))
      return { target: this.#node.stubs.ofOwn(value), options: {} };
    throw new UsageError("BAD_ARGUMENT", "a stub is made of a site and a name, of another stub, or of a reference");
  }

  #peer(site: SiteRef): number {
    const { sites } = this.#node.host;
    if (site === "launcher") return sites;
    if (typeof site === "number" && Number.isInteger(site) && site >= 0 && site <= sites) return site;
    throw new RangeError(`there is no site ${String(site)}; the cluster has sites 0 to ${sites - 1}, and "launcher"`);
  }
}

function checkExposeOptions(options: ExposeOptions): void {
  const unknown = Object.keys(options).find((key) => key !== "members");
  if (unknown !== undefined) throw new UsageError("BAD_OPTION", `expose has no option ${unknown}; it has members`);
  const { members } = options;
  if (members === undefined || (Array.isArray(members) && members.every((member) => typeof member === "string")))
    return;
  throw new UsageError("BAD_OPTION", 'members is a list of names: expose(name, object, { members: ["get", "set"] })');
}
