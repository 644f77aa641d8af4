import { descriptorOf, PLAIN } from "./encode-properties.ts";
import type { Frame } from "./frame.ts";
import type { Encoded, ImageNode, Properties } from "./image.ts";
import type { Box } from "./operations.ts";
import type { Revival } from "./revive.ts";

/** Puts into an object what its node says. */
export function fill(r: Revival, node: ImageNode, object: unknown): void {
  switch (node.t) {
    case "frame":
      return fillFrame(r, node, object as Frame);
    case "delegation": {
      const frame = object as Frame;
      frame.pc = node.pc;
      frame.owner = r.value(node.owner) as Frame | null;
      return;
    }
    case "box":
      (object as Box).v = r.value(node.value);
      return;
    case "array":
    case "arguments":
      return fillItems(r, node.items, object as unknown[]);
    case "sparse":
    case "object":
      return fillProperties(r, node.properties, object as object);
    case "error":
      fillProperties(r, node.properties, object as object);
      Object.defineProperty(object as object, "stack", { value: node.stack, writable: true, configurable: true });
      return;
    case "map": {
      const map = object as Map<unknown, unknown>;
      for (let i = 0; i < node.entries.length; i += 2) map.set(r.value(node.entries[i]), r.value(node.entries[i + 1]));
      return;
    }
    case "set":
      for (const item of node.items) (object as Set<unknown>).add(r.value(item));
      return;
    case "cursor":
      return fillCursor(r, node, object as { value: unknown });
    default: // whole from the start
  }
}

function fillFrame(r: Revival, node: ImageNode & { t: "frame" }, frame: Frame): void {
  frame.pc = node.pc;
  frame.owner = r.value(node.owner) as Frame | null;
  frame.child = r.value(node.child) as Frame | null;
  frame.top = null;
  frame.isBusy = false;
  const code = r.realm.codeOf(frame)!;
  const locals = frame as unknown as Record<string, unknown>;
  for (const slot of Object.keys(code.slots)) locals[slot] = undefined;
  node.slots.forEach((slot, index) => {
    locals[slot] = r.value(node.values[index]);
  });
}

function fillItems(r: Revival, items: readonly Encoded[], array: unknown[]): void {
  for (let i = 0; i < items.length; i++) array[i] = r.value(items[i]);
}

function fillProperties(r: Revival, properties: Properties, object: object): void {
  const { keys, values, flags, isSealed } = properties;
  for (let i = 0; i < keys.length; i++) {
    const key = r.value(keys[i]) as string | symbol;
    const value = r.value(values[i]);
    // As a plain assignment, which is many times as fast, where nothing inherited is in the way.
    if (flags === undefined && !(key in object)) (object as Record<string | symbol, unknown>)[key] = value;
    else Object.defineProperty(object, key, descriptorOf(value, flags?.[i] ?? PLAIN));
  }
  if (isSealed) Object.preventExtensions(object);
}

function fillCursor(r: Revival, node: ImageNode & { t: "cursor" }, cursor: { value: unknown }): void {
  if (node.kind === "array" || node.kind === "collection") cursor.value = r.value(node.fields[3]);
  else if (node.kind === "keys") cursor.value = node.fields[3];
  else if (node.kind === "iterator") cursor.value = r.value(node.fields[2]);
}
