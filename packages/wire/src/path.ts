const MAX_SHOWN = 200; // characters of a path that a message shows

/** `args.options`, or `args["odd name"]`. */
export function propertyPath(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** A map's item by its key if that is a string, otherwise by its place. */
export function itemPath(path: string, key: unknown, index: number): string {
  return typeof key === "string" ? `${path}.get(${JSON.stringify(key)})` : `${path}.values()[${index}]`;
}

export function shortened(path: string): string {
  return path.length <= MAX_SHOWN ? path : `${path.slice(0, MAX_SHOWN / 2)} … ${path.slice(-MAX_SHOWN / 2)}`;
}
