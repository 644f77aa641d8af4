/** Which kernels there are, in which variants, and where their modules lie. */
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The kernels of row 9, in the order of its text. */
export const ROW_9 = ["sor", "matmul", "lu", "fft", "radix", "barnes", "ep", "cg", "mg", "is", "ft"] as const;

/** Ways to run a kernel: one thread, threads over a SharedArrayBuffer, sites, and workers that are sent messages. */
export const VARIANTS = ["serial", "threads", "isles", "piscina", "comlink"] as const;
export type Variant = (typeof VARIANTS)[number];

const folders = { serial: "serial", threads: "threads", piscina: "messages", comlink: "messages" } as const;

/** Where a kernel's modules lie: the suite's own, or others. */
export interface Modules {
  moduleOf(kernel: string, variant: Variant): URL | undefined;
  workerModuleOf(kernel: string): URL;
}

/** The module whose `run` is this variant of the kernel, if there is one; the Isles program for "isles". */
export function moduleOf(kernel: string, variant: Variant): URL | undefined {
  const url =
    variant === "isles"
      ? new URL(`./programs/${kernel}.program.js`, import.meta.resolve("@isles/examples"))
      : new URL(`./${folders[variant]}/${kernel}.js`, import.meta.url);
  return existsSync(fileURLToPath(url)) ? url : undefined;
}

/** The module whose functions the workers of the message passing variants run. */
export function workerModuleOf(kernel: string): URL {
  return new URL(`./messages/${kernel}.worker.js`, import.meta.url);
}

/** Every kernel that has a serial variant and an Isles program: those of row 9 first, then the others by name. */
export function allKernels(): string[] {
  const folder = fileURLToPath(new URL("./serial/", import.meta.url));
  const found = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".js"))
        .map((file) => file.slice(0, -".js".length))
        .filter((kernel) => moduleOf(kernel, "isles") !== undefined)
        .sort()
    : [];
  const row9 = ROW_9.filter((kernel) => found.includes(kernel));
  return [...row9, ...found.filter((kernel) => !isOfRow9(kernel))];
}

export function isOfRow9(kernel: string): boolean {
  return (ROW_9 as readonly string[]).includes(kernel);
}
