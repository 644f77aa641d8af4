import { types } from "node:util";
import type { Capture } from "./capture.ts";
import type { ImageNode } from "./image.ts";

/** Buffers, and the views that look at them: a buffer travels once, however many views it has. */
export function encodeBytes(c: Capture, value: object): ImageNode | undefined {
  if (types.isSharedArrayBuffer(value)) {
    return c.refuse("a SharedArrayBuffer, which is memory of this machine; use the site's shared memory");
  }
  if (types.isArrayBuffer(value)) {
    if ((value as { detached?: boolean }).detached === true) return c.refuse("a detached ArrayBuffer");
    return { t: "buffer", bytes: value };
  }
  if (!ArrayBuffer.isView(value)) return undefined;
  const view = c.options.references?.detach?.(value) ?? value;
  const kind = kindOf(view);
  if (Object.getPrototypeOf(view) !== prototypeFor(kind)) {
    return c.refuse(`an instance of a class that extends ${kind}; register it with encode and decode`);
  }
  const length = kind === "DataView" ? view.byteLength : (view as Uint8Array).length;
  return { t: "view", kind, buffer: c.encode(view.buffer, ".buffer"), offset: view.byteOffset, length };
}

function kindOf(view: ArrayBufferView): string {
  if (Buffer.isBuffer(view)) return "Buffer";
  return Object.prototype.toString.call(view).slice(8, -1);
}

type ViewType = new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayBufferView;

export function viewType(kind: string): ViewType | undefined {
  const type: unknown = (globalThis as Record<string, unknown>)[kind];
  return typeof type === "function" ? (type as ViewType) : undefined;
}

function prototypeFor(kind: string): unknown {
  return kind === "Buffer" ? Buffer.prototype : (viewType(kind)?.prototype as unknown);
}

export function viewOf(kind: string, buffer: ArrayBufferLike, offset: number, length: number): ArrayBufferView {
  if (kind === "Buffer") return Buffer.from(buffer as ArrayBuffer, offset, length);
  const type = viewType(kind);
  if (type === undefined) throw new TypeError(`this Node has no ${kind}`);
  return new type(buffer, offset, length);
}
