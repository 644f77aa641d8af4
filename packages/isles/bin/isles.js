#!/usr/bin/env node
// A file of its own, in git: npm links a command at install time and only if its file is there, and dist/ is not, yet.
import "../dist/cli/main.js";
