import { expect, test } from "vitest";
import { chooseRows, parseOptions, usage } from "../dist/options.js";

const rows = [{ row: "1" }, { row: "9", hasKernels: true }, { row: "11" }];
const choose = (...only: string[]) => chooseRows(only, rows).map(({ row, kernels }) => [row.row, kernels]);

test("rows and kernels are chosen by name", () => {
  expect(choose("11", "1")).toEqual([
    ["11", undefined],
    ["1", undefined],
  ]);
  expect(choose("9:sor", "lu", "11")).toEqual([
    ["9", ["sor", "lu"]],
    ["11", undefined],
  ]);
});

test("what cannot be chosen is refused", () => {
  expect(() => choose("2")).toThrow('no row "2"; there are 1, 9, 11');
  expect(() => choose("9", "sor")).toThrow('no row "sor"');
  expect(() => choose("1:sor")).toThrow("row 1 has no kernels");
});

test("defaults are those of a whole run", () => {
  expect(parseOptions([])).toEqual({
    json: false,
    only: undefined,
    quick: false,
    long: false,
    help: false,
    size: "W",
    sites: [1, 2, 4, 8],
    variants: ["serial", "threads", "isles", "piscina", "comlink"],
    report: "out/bench",
    compare: undefined,
    failOnSlower: false,
    from: undefined,
  });
  expect(parseOptions(["--quick"])).toMatchObject({ size: "tiny", sites: [1, 2], report: undefined });
  expect(parseOptions(["--json"]).report).toBeUndefined();
  expect(parseOptions(["--json", "--report", "x"]).report).toBe("x");
});

test("lists are read in any order, each item once", () => {
  const { sites, variants } = parseOptions(["--sites", "4, 1,4", "--variants", "isles,serial,isles"]);
  expect(sites).toEqual([1, 4]);
  expect(variants).toEqual(["serial", "isles"]);
});

const FLAGS = "only size sites variants quick long json report compare fail-on-slower from".split(" ");

test.each(FLAGS)("the help explains --%s, with its default and an example that is none of nonsense", (flag) => {
  const about = new RegExp(`^  --${flag}( [A-Z]+)? +\\S[^]*?(?=\\n  -)`, "m").exec(usage)?.[0] ?? "";
  if (flag !== "quick") expect(about).toMatch(/\(default: \S|; none with/);
  const examples = about.split("\n").filter((line) => line.startsWith("                      "));
  expect(examples.join()).toContain(`--${flag}`);
  const lines = examples.flatMap((line) =>
    line
      .replace(/\(.*\)|> \S+/g, "")
      .trim()
      .split(/ {2,}/),
  );
  for (const line of lines) expect(parseOptions(line.split(" "))).toMatchObject({ help: false });
});

test.each([
  [["--sites", "0"], /--sites is a list of whole numbers from 1 to 64/],
  [["--sites", "two"], /got "two"/],
  [["--size", "XL"], /--size knows no "XL"; there are tiny, S, W, A/],
  [["--variants", "isles,mpi"], /--variants knows no "mpi"/],
  [["--fail-on-slower"], /add --compare FILE/],
  [["--fast"], /--fast/],
])("%j is refused", (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});
