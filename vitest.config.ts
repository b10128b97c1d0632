/** Unit tests: everything under test/ that runs in Node alone. The editor's own suites have their own runners. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/vscode/**", "test/electron/**", "node_modules/**"],
    environment: "node",
    testTimeout: 60_000,
  },
});
