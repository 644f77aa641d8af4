// What stands behind the root's npm scripts: sets the checkout up as far as the command needs, then runs it.
//   node scripts/run.mjs <command> [arguments passed on]
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build, setup, setupTools } from "./setup.mjs";
import { execute, has, root, step, tool } from "./steps.mjs";
import { workspaceFolders } from "./workspaces.mjs";

const [name = "", ...args] = process.argv.slice(2);

/** Runs a command on the terminal and takes over its exit status. @param {string[]} command */
async function hand(command) {
  process.exitCode = (await execute(command, { show: true })).status;
}

/** Runs one of our own programs. @param {string} file */
async function program(file) {
  await setup();
  if (!has(file)) {
    console.error(`There is no ${file} yet: nothing in the sources builds it.`);
    process.exit(1);
  }
  await hand([process.execPath, join(root, file), ...args]);
}

const node = process.execPath;
const steps = {
  arrows: [node, join(root, "scripts/arrows.mjs")],
  lint: tool("biome", "ci", "--colors=off", "--error-on-warnings"),
  types: tool("tsc", "-p", "tsconfig.tests.json"),
};

/** From the cheapest check to the dearest; the types of the tests need what was built. @param {Record<string, string>} env */
async function test(env) {
  await setupTools();
  await step("arrows", steps.arrows);
  await step("lint", steps.lint);
  await build();
  await step("types", steps.types);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  const plain = (/** @type {string} */ text) => text.replace(/\u001b\[[\d;]*m/g, "");
  await step("vitest", tool("vitest", "run", ...args), {
    env,
    note: (output) => /Tests\s+(.*)/.exec(plain(output))?.[1]?.trim() ?? "",
  });
}

/** @type {Record<string, () => Promise<void>>} */
const commands = {
  demo: () => program("packages/examples/dist/demo.js"),
  bench: () => program("bench/dist/main.js"),
  test: () => test({}),
  "test:long": () => test({ ISLES_LONG: "1" }),
  build: async () => {
    await setupTools();
    await build();
  },
  arrows: () => hand(steps.arrows),
  lint: async () => {
    await setupTools();
    await hand(tool("biome", "check", ...args));
  },
  format: async () => {
    await setupTools();
    await hand(tool("biome", "check", "--write", ...args));
  },
  types: async () => {
    await setup();
    await hand(steps.types);
  },
  clean: async () => {
    const folders = ["", ...workspaceFolders(root)];
    for (const folder of folders) {
      for (const made of ["dist", ".turbo", "coverage"])
        rmSync(join(root, folder, made), { recursive: true, force: true });
    }
  },
};

const command = commands[name];
if (command === undefined) {
  console.error(`Unknown command "${name}". There are: ${Object.keys(commands).join(", ")}.`);
  process.exit(1);
}
await command();
