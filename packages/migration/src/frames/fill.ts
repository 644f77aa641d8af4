import { descriptorOf, PLAIN } from "./encode-properties.ts";
import type { Frame } from "./frame.ts";
import type { Encoded, ImageNode, ListKind, Properties } from "./image.ts";
import type { Box } from "./operations.ts";
import type { Revival } from "./revive.ts";

/** Puts into an object what its node says, and the stream from `start` on. */
export function fill(r: Revival, node: ImageNode, object: unknown, start: number): void {
  switch (node.t) {
    case "plain":
      return fillPlain(r, node, object as Record<string, unknown>, start);
    case "run":
      return fillList(node.kind, object, node.length, (index) => r.streamed(start + index));
    case "list":
      if (node.kind !== "array") fillList(node.kind, object, node.items.length, (index) => node.items[index]);
      return;
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
    case "arguments":
      return fillItems(r, node.items, object as unknown[]);
    case "sparse":
    case "object":
      return fillProperties(r, node.properties, object as object);
    case "error":
      fillProperties(r, node.properties, object as object);
      Object.defineProperty(object as object, "stack", { value: node.stack, writable: true, configurable: true });
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

function fillPlain(r: Revival, node: ImageNode & { t: "plain" }, object: Record<string, unknown>, start: number): void {
  const { keys } = node;
  const isFree = r.isFree(node, object);
  for (let i = 0; i < keys.length; i++) {
    const value = r.streamed(start + i);
    if (isFree) object[keys[i]!] = value;
    else Object.defineProperty(object, keys[i]!, descriptorOf(value, PLAIN));
  }
}

function fillList(kind: ListKind, list: unknown, length: number, item: (index: number) => unknown): void {
  switch (kind) {
    case "array":
      // Pushed, not set: an array that was made as long as it is to be counts as one with holes ever after.
      for (let i = 0; i < length; i++) (list as unknown[]).push(item(i));
      return;
    case "map":
      for (let i = 0; i < length; i += 2) (list as Map<unknown, unknown>).set(item(i), item(i + 1));
      return;
    case "set":
      for (let i = 0; i < length; i++) (list as Set<unknown>).add(item(i));
      return;
    default:
      kind satisfies never;
  }
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
