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
