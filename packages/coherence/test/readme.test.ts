import { readFileSync } from "node:fs";
import * as coherence from "@isles/coherence";
import { expect, test, vi } from "vitest";

test("the README's loop runs", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const body = code.replace(/^import (\{.*\}) from "@isles\/coherence";$/m, "const $1 = coherence;");
  const log = vi.fn();
  new Function("coherence", "console", body)(coherence, { log });
  expect(log.mock.calls).toEqual([["page 2 is here"]]);
});
