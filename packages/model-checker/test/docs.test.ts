import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { unprintedEvents, withTables } from "@isles/model-checker";
import { expect, test } from "vitest";

const file = fileURLToPath(new URL("../../../docs/PROTOCOL.md", import.meta.url));

test("docs/PROTOCOL.md shows the tables that run; UPDATE_DOCS=1 prints them anew", () => {
  const document = readFileSync(file, "utf8");
  const printed = withTables(document);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, printed);
  else expect(document).toBe(printed);
});

test("every event has a column", () => {
  expect(unprintedEvents()).toEqual([]);
});
