import { importProduct } from "./product.ts";

/** Hands its arguments, `--help` among them, to the collection of examples, which is a package of its own. */
export async function examples(args: readonly string[]): Promise<void> {
  const { run } = await importProduct("@isles/examples");
  await run(args);
}
