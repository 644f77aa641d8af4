import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What the command line of a product exports: `@isles/bench/cli`, `@isles/examples/cli`. */
export interface ProductCli {
  /**
   * Runs the command with the arguments after its name, `["--only", "9"]`. Rejects with what should end the command with one line;
   * sets `process.exitCode` for anything else that should not end with 0.
   */
  run(args: readonly string[]): Promise<void>;
}

/**
 * The command line of a product that is installed beside Isles, and that Isles itself does not depend on: looked for from here, then
 * from the working directory. Rejects with an Error that says what to install.
 */
export async function importProduct(name: string, subpath = "cli"): Promise<ProductCli> {
  const specifier = `${name}/${subpath}`;
  const url = fromHere(specifier) ?? fromWorkingDirectory(specifier);
  if (url === undefined) throw new Error(`${name} is not installed; npm install ${name}`);
  const module = (await import(url)) as Partial<ProductCli>;
  if (typeof module.run !== "function")
    throw new Error(`${specifier} exports no function "run": ${name} and isles are not of the same version`);
  return module as ProductCli;
}

function fromHere(specifier: string): string | undefined {
  try {
    return import.meta.resolve(specifier);
  } catch (error) {
    return unlessMissing(error);
  }
}

function fromWorkingDirectory(specifier: string): string | undefined {
  try {
    return pathToFileURL(createRequire(join(process.cwd(), "package.json")).resolve(specifier)).href;
  } catch (error) {
    return unlessMissing(error);
  }
}

/** A package that is not there is no error yet, and one without that subpath is as good as none; anything else is. */
function unlessMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND" || code === "ERR_PACKAGE_PATH_NOT_EXPORTED")
    return undefined;
  throw error;
}
