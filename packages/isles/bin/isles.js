#!/usr/bin/env node
// A file of its own, in git: npm links a command at install time and only if its file is there, and dist/ is not, yet.
import { existsSync } from "node:fs";

const main = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write("isles: not built yet; run `npm run build` in the clone of Isles first\n");
  process.exitCode = 1;
}
