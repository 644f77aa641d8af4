import { UsageError } from "@isles/base";
import { run } from "./cli.ts";

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof UsageError ? `bench: ${error.message}` : error);
  process.exitCode = 1;
});
