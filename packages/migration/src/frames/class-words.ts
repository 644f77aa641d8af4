import type { Capture } from "./capture.ts";
import { isOfPlatform } from "./platform-classes.ts";

/** What messages call an object's class, and what to do about it. */

export function nameOf(value: object): string {
  const type = classOf(value);
  return type !== undefined && type.name !== "" ? type.name : "a class without a name";
}

function classOf(value: object): { readonly name: string } | undefined {
  const type = (value as { constructor?: unknown }).constructor;
  return typeof type === "function" ? type : undefined;
}

/** Why an object of a class that nothing is known of cannot move. */
export function whyNot(c: Capture, value: object): string {
  if (isOfPlatform(value))
    return `an instance of ${nameOf(value)}, which only exists here: let go of it before the yield, and make it anew after it`;
  return `an instance of ${nameOf(value)}, which is not registered: ${howToRegister(c, value)}`;
}

export function howToRegister(c: Capture, value: object): string {
  const hidden = "with encode and decode if its state is hidden";
  const register = `call registerClass(${nameOf(value)})`;
  const type = classOf(value);
  if (type !== undefined && c.nameOf(type) !== undefined) return `${register} at the top of the program, ${hidden}`;
  return `declare the class at the top level of its module, unless it is there, and ${register} there, ${hidden}`;
}
