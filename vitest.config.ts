import { defineConfig } from "vitest/config";

const isLong = process.env.ISLES_LONG === "1";

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "bench/test/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", ...(isLong ? [] : ["**/*.long.test.ts"])],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: isLong ? 600_000 : 30_000,
    hookTimeout: 30_000,
    watch: false,
    setupFiles: ["test/plain-output.ts"],
    // Packages are tested as they ship: Node loads their dist/ itself, Vite does not rewrite it.
    server: { deps: { external: [/\/dist\//] } },
  },
});
