/** What messages call an object's class, and what to do about it. */

export function nameOf(value: object): string {
  const type = (value as { constructor?: unknown }).constructor;
  return typeof type === "function" && type.name !== "" ? type.name : "a class without a name";
}

export function howToRegister(value: object): string {
  return `call registerClass(${nameOf(value)}) at the top of the program, with encode and decode if its state is hidden`;
}
