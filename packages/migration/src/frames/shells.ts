import { MigrationError } from "../errors.ts";
import {
  ArrayCursor,
  type Collection,
  CollectionCursor,
  type Cursor,
  IteratorCursor,
  KeysCursor,
  StringCursor,
  type View,
} from "./cursors.ts";
import { Delegation } from "./delegation.ts";
import { viewOf } from "./encode-bytes.ts";
import type { ImageNode, ListKind } from "./image.ts";
import { Box, DEAD } from "./operations.ts";
import type { Revival } from "./revive.ts";
import { Taking } from "./taking.ts";

/** The object of a node, as yet without what may lead back to it. */
export function shellOf(r: Revival, node: ImageNode): unknown {
  switch (node.t) {
    case "here":
      return here(r, node.name);
    case "reference":
      if (r.options.references === undefined) throw r.malformed("references, and there is nobody here to resolve them");
      return r.options.references.resolve(node.description);
    case "frame":
      return Object.create(r.code(node.code, node.hash, (key) => r.realm.frameCode(key)).type.prototype as object);
    case "delegation":
      return new Delegation(r.value(node.cursor) as Cursor);
    case "closure":
      return r
        .code(node.code, node.hash, (key) => r.realm.closureCode(key))
        .made(...node.captures.map((one) => r.value(one)));
    case "named":
      return named(r, node);
    case "method":
      return propertyOf(r, r.value(node.of), node.key);
    case "intrinsic":
      if (!r.realm.intrinsics.has(node.name)) throw new MigrationError(node.name, "this Node does not have it");
      return r.realm.intrinsics.valueOf(node.name);
    case "class":
      return classOf(r, node.name, node.isPrototype);
    case "symbol":
      return Symbol.for(node.key);
    case "dead":
      return DEAD;
    case "box":
      return new Box(undefined);
    case "cursor":
      return cursorOf(r, node);
    case "taking":
      return new Taking(r.value(node.cursor) as Cursor, node.isDone);
    case "instance":
      return undefined; // its class makes it, later
    default:
      return dataOf(r, node);
  }
}

type DataNode = Extract<
  ImageNode,
  {
    t:
      | "plain"
      | "run"
      | "list"
      | "sparse"
      | "arguments"
      | "object"
      | "error"
      | "date"
      | "regexp"
      | "wrapper"
      | "url"
      | "buffer"
      | "view";
  }
>;

function dataOf(r: Revival, node: DataNode): unknown {
  switch (node.t) {
    case "plain":
      return node.prototype === undefined ? {} : (Object.create(r.value(node.prototype) as object | null) as object);
    case "run":
      return listOf(node.kind);
    case "list":
      return node.kind === "array" ? node.items.slice() : listOf(node.kind);
    case "sparse":
      return new Array(node.length);
    case "arguments":
      return argumentsOf(...node.items);
    case "object":
      return Object.create(
        node.prototype === undefined ? Object.prototype : (r.value(node.prototype) as object | null),
      ) as object;
    case "error": {
      const error = new Error();
      const prototype = r.value(node.prototype) as object;
      delete (error as { message?: string }).message;
      return Object.setPrototypeOf(error, prototype) as Error;
    }
    case "date":
      return new Date(node.time);
    case "regexp": {
      const expression = new RegExp(node.source, node.flags);
      expression.lastIndex = node.lastIndex;
      return expression;
    }
    case "wrapper":
      return Object(r.value(node.value));
    case "url":
      return node.isQuery ? new URLSearchParams(node.href) : new URL(node.href);
    case "buffer":
      return node.bytes;
    case "view":
      return viewOf(node.kind, r.value(node.buffer) as ArrayBuffer, node.offset, node.length);
    default:
      return node satisfies never;
  }
}

function listOf(kind: ListKind): unknown[] | Map<unknown, unknown> | Set<unknown> {
  switch (kind) {
    case "array":
      return [];
    case "map":
      return new Map();
    case "set":
      return new Set();
    default:
      return kind satisfies never;
  }
}

/** As many as there are; their values are set later, as an array's are. */
const argumentsOf = function () {
  // biome-ignore lint/complexity/noArguments: the object itself is what is wanted
  return arguments;
} as (...values: unknown[]) => IArguments;

function here(r: Revival, name: string): unknown {
  if (r.options.here?.has(name) !== true) throw r.unknown(`"${name}" that every site should have`);
  return r.options.here.get(name);
}

function named(r: Revival, { module, name, key }: ImageNode & { t: "named" }): unknown {
  const thunk = r.realm.module(r.absolute(module))?.names()[name];
  if (thunk === undefined) throw r.unknown(`${name} in ${module}`);
  return key === undefined ? thunk() : propertyOf(r, thunk(), key);
}

function propertyOf(r: Revival, object: unknown, key: string): unknown {
  const value = (object as Record<string, unknown> | null | undefined)?.[key];
  if (typeof value !== "function") throw r.unknown(`method ${key} of an object that a process has called it on`);
  return value;
}

function classOf(r: Revival, name: string, isPrototype: boolean): unknown {
  const entry = r.realm.classByName(name);
  if (entry === undefined) throw r.unknown(`registered class ${name}`);
  return isPrototype ? entry.type.prototype : entry.type;
}

function cursorOf(r: Revival, node: ImageNode & { t: "cursor" }): Cursor {
  const [first, second, third, value] = node.fields.map((field, index) => (index === 3 ? undefined : r.value(field)));
  switch (node.kind) {
    case "array": {
      const cursor = new ArrayCursor(first as ArrayLike<unknown>, second as View);
      cursor.index = third as number;
      return cursor;
    }
    case "string": {
      const cursor = new StringCursor(first as string);
      cursor.index = second as number;
      cursor.value = third;
      return cursor;
    }
    case "collection":
      return new CollectionCursor(first as Collection, second as View);
    case "keys":
      return Object.assign(new KeysCursor(first as object, second as string[], third as number), { value });
    case "iterator": {
      const cursor = new IteratorCursor(first as Iterator<unknown>, unset);
      cursor.isDone = second as boolean;
      return cursor;
    }
    default:
      return node.kind satisfies never;
  }
}

/** Until the iterator is whole. */
function unset(): never {
  throw new TypeError("an iterator that is still being revived");
}
