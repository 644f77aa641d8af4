import { inspect } from "node:util";
import { UsageError } from "@isles/base";
import { type Members, membersOf } from "./members.ts";

/** An object that peers may call by name. */
export interface Service {
  readonly target: object;
  readonly members: Members;
  /** The same, not needing `this`. */
  readonly bound: Members;
}

/** Names that begin so belong to this package itself. */
const INTERNAL = "\u0000";

/** What this endpoint exposes: nothing else can be called by name. */
export class Services {
  readonly #byName = new Map<string, Service>();

  find(name: string): Service | undefined {
    return this.#byName.get(name);
  }

  /** Only among the program's own. */
  findOwn(name: string): Service | undefined {
    return name.startsWith(INTERNAL) ? undefined : this.#byName.get(name);
  }

  /** The program's own. */
  names(): string[] {
    return [...this.#byName.keys()].filter((name) => !name.startsWith(INTERNAL));
  }

  /** Takes the place of an earlier service of that name. */
  add(name: string, target: object, members?: readonly string[]): Service {
    if (typeof name !== "string" || !isServiceName(name))
      throw new UsageError("BAD_ARGUMENT", `the name of a service is a string that is not empty, not ${inspect(name)}`);
    return this.#set(name, target, members);
  }

  /** A service of this package's own. */
  addInternal(name: string, target: object): void {
    this.#set(INTERNAL + name, target, undefined);
  }

  /** Unless another has taken its name since. */
  remove(name: string, service: Service): boolean {
    return this.#byName.get(name) === service && this.#byName.delete(name);
  }

  #set(name: string, target: object, listed: readonly string[] | undefined): Service {
    const what = `the service ${JSON.stringify(name)}`;
    if ((typeof target !== "object" && typeof target !== "function") || target === null)
      throw new UsageError(
        "BAD_ARGUMENT",
        `${what} must be an object of functions, or a function, not ${String(target)}`,
      );
    const members = membersOf(target, what, listed);
    if (members.size === 0) {
      throw new UsageError(
        "NOTHING_TO_EXPOSE",
        `${what} has no functions of its own; of a class's instance, list the methods: expose(name, object, { members: ["…"] })`,
      );
    }
    // Not `method.bind`: a stub has every name, and would be called there.
    const bound = new Map(
      [...members].map(([member, method]) => [member, (...args: unknown[]) => Reflect.apply(method, target, args)]),
    );
    const service = { target, members, bound };
    this.#byName.set(name, service);
    return service;
  }
}

/** Whether a program's service may have that name. */
export function isServiceName(name: string): boolean {
  return name !== "" && !name.startsWith(INTERNAL);
}

/** The name under which peers call a service of this package's own. */
export function internalName(name: string): string {
  return INTERNAL + name;
}

/** How a service is called in messages for people. */
export function serviceLabel(name: string): string {
  return name.startsWith(INTERNAL) ? name.slice(INTERNAL.length) : name;
}
