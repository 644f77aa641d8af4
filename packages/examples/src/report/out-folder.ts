/** Where a command writes what it makes: pictures, reports. */
import { mkdir, mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "isles";

/**
 * Makes the folder that `option` of a command line names, with those above it, and makes sure that something can be written there: to
 * be called before the work, not after it. Throws UsageError("BAD_FOLDER"), of one line, that says what is wrong with the path.
 */
export async function makeOutFolder(path: string, option: string): Promise<void> {
  try {
    await make(resolve(path));
    // Permissions tell only half of it: a file system can be read-only or full, and /proc lets root do anything but this.
    await rmdir(await mkdtemp(join(resolve(path), ".isles-")));
  } catch (cause) {
    throw new UsageError("BAD_FOLDER", `${option} ${path}: ${reasonOf(cause)}; name a folder that can be written to`, {
      cause,
    });
  }
}

/** Step by step, for Node's recursive mkdir never returns where a folder is refused as /proc does it: as if its parent were missing. */
async function make(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isFolder(at)); at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse()) await makeOne(folder);
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    // Somebody else made it meanwhile; or it is a link, which looked like nothing because it leads nowhere.
    if (!(await isFolder(folder))) throw new Error(`${folder} is in the way: a link that leads nowhere`);
  }
}

/** False if there is nothing, or a file above it; throws if there is anything else, or one may not look. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return false;
    throw error;
  }
  throw new Error(`${path} is in the way: it is no folder`);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system can only be read",
  ENOSPC: "no space is left",
  ENOENT: "the file system there takes no new files",
};

/** In words, with the code for those who know it, and the path that it is about. */
function reasonOf(error: unknown): string {
  const { message, path } = error as NodeJS.ErrnoException;
  const code = codeOf(error);
  const words = code === undefined ? undefined : REASONS[code];
  return words === undefined ? message : `${words} (${code}: ${path?.replace(/\/\.isles-\w*$/, "")})`;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
