import { LimitError } from "@isles/base";
import { createThreadNetwork, MAX_ENDPOINTS, transferList } from "@isles/transport";
import { describe, expect, it } from "vitest";

describe("createThreadNetwork", () => {
  it("joins every pair by one channel and gives everybody the same bells and rings", () => {
    const seeds = createThreadNetwork(4);
    expect(seeds.map(({ self, endpoints }) => [self, endpoints])).toEqual([
      [0, 4],
      [1, 4],
      [2, 4],
      [3, 4],
    ]);
    for (const seed of seeds) {
      expect(seed.ports[seed.self]).toBeNull();
      expect(transferList(seed)).toHaveLength(3);
      expect(seed.bells).toBe(seeds[0]!.bells);
      expect(seed.rings).toHaveLength(4);
      for (const port of transferList(seed)) port.close();
    }
  });

  it("takes one endpoint, which has nobody to talk to", () => {
    expect(transferList(createThreadNetwork(1)[0]!)).toEqual([]);
  });

  it("refuses more endpoints than the doorbells have bits for, and says how many that is", () => {
    expect(() => createThreadNetwork(MAX_ENDPOINTS + 1)).toThrow(LimitError);
    expect(() => createThreadNetwork(MAX_ENDPOINTS + 1)).toThrow(`${MAX_ENDPOINTS + 1} endpoints`);
    expect(() => createThreadNetwork(MAX_ENDPOINTS + 1)).toThrow(`room for ${MAX_ENDPOINTS}`);
  });
});
