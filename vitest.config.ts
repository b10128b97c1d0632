/** Unit tests: everything under test/ that runs in Node alone. The editor's own suites have their own runners. */
import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/vscode/**", "test/electron/**", "node_modules/**"],
    environment: "node",
    // What the user of this machine keeps is none of a test's business.
    env: Object.fromEntries(
      ["XDG_CACHE_HOME", "LOCALAPPDATA"].map((name) => [name, path.join(tmpdir(), "convlens-nothing-kept")]),
    ),
    testTimeout: 60_000,
  },
});
