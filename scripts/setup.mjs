// Makes a checkout ready to run: the locked dependencies, then whatever is stale in dist/. Needs nothing but Node and npm.
//   node scripts/setup.mjs
import { statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execute, has, root, step, tool } from "./steps.mjs";

const nodeMin = [20, 19];

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [majorMin = 0, minorMin = 0] = nodeMin;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  console.error(
    `Isles needs Node ${nodeMin.join(".")} or newer; this is ${process.versions.node}. See https://nodejs.org.`,
  );
  process.exit(1);
}

/** npm writes this file last, so a broken-off install has none, and its age is the age of the install. */
const installed = "node_modules/.package-lock.json";

function isInstalled() {
  if (!has(installed)) return false;
  const age = (/** @type {string} */ path) => statSync(join(root, path)).mtimeMs;
  return age(installed) >= age("package-lock.json");
}

async function install() {
  if (isInstalled()) return;
  // Under `npm run` this is the npm that is running; otherwise the one on the PATH.
  const npm = process.env.npm_execpath;
  const command = npm?.endsWith("npm-cli.js") ? [process.execPath, npm, "ci"] : ["npm", "ci"];
  console.log("Installing the locked dependencies (npm ci) ...");
  const { status } = await execute(command, { show: true }).catch(() => {
    console.error("npm was not found. It comes with Node (https://nodejs.org); put it on the PATH and run this again.");
    process.exit(1);
  });
  if (status === 0) return;
  console.error(
    "npm ci failed (its own words are above). Without a network, run it once where the npm registry can be reached; if it says that package.json and package-lock.json disagree, run `npm install` and commit the lock file.",
  );
  process.exit(1);
}

/**
 * Installs and builds what is missing or stale.
 * @param {{ quiet?: boolean }} [options] `quiet`: no line for a build that goes well
 */
export async function setup({ quiet = true } = {}) {
  checkNode();
  await install();
  await build({ quiet });
}

/** Only the locked dependencies, for commands that need no dist/. */
export async function setupTools() {
  checkNode();
  await install();
}

/** @param {{ quiet?: boolean }} [options] */
export async function build({ quiet = false } = {}) {
  await step("build", tool("turbo", "run", "build", "--output-logs=errors-only"), {
    quiet,
    note: (output) => /Cached:\s+(\d+ cached, \d+ total)/.exec(output)?.[1] ?? "",
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await setup();
