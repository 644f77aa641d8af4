import { run } from "./cli.ts";

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof TypeError ? `${error.message}\n\nbench --help lists the options` : error);
  process.exitCode = 1;
});
