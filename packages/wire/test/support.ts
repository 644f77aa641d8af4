import { CloneError } from "@isles/base";
import { ErrorCodec, type PackOptions, pack, type ReferenceCodec, unpack } from "@isles/wire";

export class PlaceError extends Error {}

/** Functions named "callback" travel as references; nothing else does. */
export class Side implements ReferenceCodec {
  readonly errors = new ErrorCodec();
  readonly asked: string[] = [];

  constructor() {
    this.errors.register(PlaceError);
  }

  describe(value: object, path: string): unknown {
    this.asked.push(path);
    return typeof value === "function" && value.name === "callback" ? { callback: path } : undefined;
  }

  resolve(description: unknown): object {
    const { callback } = description as { callback: string };
    return () => callback;
  }
}

export function travel<T>(value: T): T {
  return unpack(structuredClone(pack(value, new Side(), "args")), new Side()) as T;
}

export function refusal(value: unknown, options?: PackOptions): CloneError {
  try {
    pack(value, new Side(), "args", options);
  } catch (error) {
    if (error instanceof CloneError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}
