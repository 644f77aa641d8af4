import { launch } from "isles";
import { expect, it, vi } from "vitest";

it("trace says on standard error when functions start and end", async () => {
  const write = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  try {
    const program =
      "data:text/javascript,export const id = (site) => site.id; export const fail = () => { throw new RangeError('no') }";
    await using cluster = await launch({ program, sites: 2, trace: true });
    await cluster.runAll("id");
    await cluster.run("fail", undefined, { site: 1 }).catch(() => undefined);
    const said = write.mock.calls.map(([line]) => String(line).replace(/^isles [\d.]+ ms: /, "")).join("");
    expect(said).toContain("id starts on site 0\n");
    expect(said).toContain("id returned on site 1\n");
    expect(said).toContain("fail threw RangeError on site 1\n");
  } finally {
    write.mockRestore();
  }
});
