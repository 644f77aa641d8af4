import { importProduct } from "./product.ts";

/** `isles bench`: hands its arguments, `--help` among them, to the benchmark suite, which is a package of its own. */
export async function bench(args: readonly string[]): Promise<void> {
  const { run } = await importProduct("@isles/bench");
  await run(args);
}
