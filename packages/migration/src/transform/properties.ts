import type * as acorn from "acorn";
import type { ModuleSource } from "./module-source.ts";
import { childrenOf, isClass, isFunction, type Node } from "./nodes.ts";

/** Whether a property's function takes its name, or its kind, from the key: methods, accessors, and `{ [key]: () => 1 }`. */
export function isNamedByKey(property: acorn.Property | acorn.AssignmentProperty): boolean {
  if (property.method || property.kind !== "init") return true;
  const value: Node = property.value;
  return property.computed && (isFunction(value) || isClass(value)) && value.id == null;
}

export function hasAccessors(node: acorn.ObjectExpression): boolean {
  return node.properties.some((one) => one.type === "Property" && one.kind !== "init");
}

/** The key of a method or shorthand where `key: value` takes its place: `__proto__` would set the prototype there. */
export function ownKey(property: acorn.Property | acorn.AssignmentProperty, source: ModuleSource): string {
  return isPrototype(property) ? '["__proto__"]' : source.textOf(property.key);
}

export function isPrototype({ key, computed }: acorn.Property | acorn.AssignmentProperty): boolean {
  if (computed) return false;
  return key.type === "Identifier" ? key.name === "__proto__" : key.type === "Literal" && key.value === "__proto__";
}

/** Where a function uses `super`, if it does: arrow functions in it use the same. */
export function superIn(node: Node): Node | undefined {
  const left: Node[] = childrenOf(node);
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (at.type === "Super") return at;
    const hasOwn = isClass(at) || (isFunction(at) && at.type !== "ArrowFunctionExpression");
    if (!hasOwn) left.push(...childrenOf(at));
  }
  return undefined;
}
