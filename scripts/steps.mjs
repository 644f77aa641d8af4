// One step of a command: a child process that is silent until it fails, and one line that says how long it took.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The JavaScript file behind each tool's command: started with this very Node, so no shell and no PATH are involved. */
const tools = {
  biome: "node_modules/@biomejs/biome/bin/biome",
  tsc: "node_modules/typescript/bin/tsc",
  turbo: "node_modules/turbo/bin/turbo",
  vitest: "node_modules/vitest/vitest.mjs",
};

/**
 * The argument vector that starts a tool with this Node.
 * @param {keyof typeof tools} name
 * @param {...string} args
 */
export function tool(name, ...args) {
  return [process.execPath, join(root, tools[name]), ...args];
}

/** The environment of every child: nothing phones home, and colours survive the pipe when a person is watching. */
function environment() {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  return process.stdout.isTTY && !process.env.NO_COLOR ? { ...env, FORCE_COLOR: "1" } : env;
}

/**
 * Runs a command to its end.
 * @param {string[]} command
 * @param {{ show?: boolean, env?: Record<string, string> }} [options] `show`: the child writes straight to the terminal
 * @returns {Promise<{ status: number, output: string }>}
 */
export function execute([file, ...args], { show = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(/** @type {string} */ (file), args, {
      cwd: root,
      env: { ...environment(), ...env },
      stdio: show ? "inherit" : ["ignore", "pipe", "pipe"],
      // On Windows npm is a .cmd, and that needs a shell.
      shell: process.platform === "win32" && file === "npm",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ status: signal === null ? (code ?? 1) : 1, output }));
  });
}

/**
 * Runs one step silently and prints its line; on failure prints all it said and ends this process with status 1.
 * @param {string} name
 * @param {string[]} command
 * @param {{ env?: Record<string, string>, quiet?: boolean, note?: (output: string) => string }} [options]
 *   `quiet`: no line unless it fails; `note`: what to add to the line, from the step's output
 */
export async function step(name, command, { env = {}, quiet = false, note = () => "" } = {}) {
  const start = performance.now();
  const { status, output } = await execute(command, { env });
  const seconds = `${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`;
  if (status !== 0) {
    process.stdout.write(`${output}\n`);
    console.error(`failed  ${name.padEnd(8)}${seconds}`);
    process.exit(1);
  }
  if (!quiet) console.log(`ok      ${name.padEnd(8)}${seconds}  ${note(output)}`.trimEnd());
}

/** @param {string} path relative to the root */
export function has(path) {
  return existsSync(join(root, path));
}
