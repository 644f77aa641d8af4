import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * Microseconds of blocking calls by synckit, after twice as many that do not count. In a process of its own, as its worker
 * has no end but the process's, and in a new one each time: calls cost ten times as much if its two threads have a core each
 * as if they share one, and which it is stays as it once was.
 */
export async function synckitCalls(count: number): Promise<number[]> {
  const program = fileURLToPath(new URL("./synckit.process.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, String(count)]);
  return JSON.parse(stdout) as number[];
}
