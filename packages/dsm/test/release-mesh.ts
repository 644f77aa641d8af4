import type { MessageClass, Port } from "@isles/transport";
import type { ArrayOptions } from "../src/descriptor.ts";
import type { ElementType, TypedArray } from "../src/elements.ts";
import type { SharedArray } from "../src/index.ts";
import { Mesh, type MeshOptions } from "./mesh.ts";

/** Room for so many endpoints' arrays; the launcher's is the last. */
export interface ReleaseMesh<T extends TypedArray> {
  readonly mesh: Mesh;
  /** The array as each endpoint has it, by endpoint. */
  readonly arrays: SharedArray<T>[];
}

/** A mesh, with one array of release consistency open everywhere. */
export function releaseMesh<T extends TypedArray>(
  type: ElementType,
  length: number,
  options: ArrayOptions,
  meshOptions: MeshOptions,
): ReleaseMesh<T> {
  const mesh = new Mesh({ pageSize: 256, ...meshOptions });
  const arrays = mesh.members.map(
    ({ memory }) => memory[type]("array", length, { consistency: "release", ...options }) as unknown as SharedArray<T>,
  );
  return { mesh, arrays };
}

/** Every site arrives, and all leave. */
export async function meet(mesh: Mesh): Promise<void> {
  const sites = mesh.members.slice(0, -1);
  await mesh.outcome(Promise.all(sites.map(({ sync }) => sync.async.barrier())));
}

/** What a site does under the lock of that name. */
export function locked<R>(mesh: Mesh, site: number, name: string, act: () => R): R {
  const held = mesh.members[site]!.sync.lock(name).acquire();
  try {
    return act();
  } finally {
    held.release();
  }
}

/** The channel from one endpoint to another, which the test may stop. Pass `wrapPort` to the mesh. */
export class StoppedChannel {
  isStopped = false;
  readonly #from: number;
  readonly #to: number;
  readonly #held: (() => void)[] = [];
  #port: Port | undefined;

  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
  }

  readonly wrapPort = (port: Port): Port => {
    if (port.self !== this.#from) return port;
    this.#port = port;
    return new Proxy(port, {
      get: (target, name) => {
        if (name === "send" || name === "post") return this.#sending(target, name);
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  };

  /** What was held goes on its way. */
  go(): void {
    this.isStopped = false;
    for (const send of this.#held.splice(0)) send();
    this.#port?.flush();
  }

  #sending(port: Port, name: "send" | "post"): (to: number, message: string & object, kind: MessageClass) => void {
    return (to, message, kind) => {
      if (this.isStopped && to === this.#to) this.#held.push(() => port[name](to, message, kind));
      else port[name](to, message, kind);
    };
  }
}
