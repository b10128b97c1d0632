/**
 * Runs the compiled mocha files inside an extension host. `run` is what @vscode/test-electron calls; `runSuite` is
 * for the test-only extension that does the same where VS Code runs in a browser.
 */
import { readdirSync } from "node:fs";
import path from "node:path";

export interface SuiteResult {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly title: string; readonly message: string }[];
}

export async function runSuite(): Promise<SuiteResult> {
  const { default: Mocha } = await import("mocha");
  const mocha = new Mocha({ ui: "bdd", timeout: 60_000 });
  for (const name of readdirSync(__dirname)) {
    if (name.endsWith(".test.cjs")) mocha.addFile(path.join(__dirname, name));
  }
  await mocha.loadFilesAsync();
  const passed: string[] = [];
  const failed: { title: string; message: string }[] = [];
  return new Promise((resolve) => {
    mocha
      .run(() => resolve({ passed, failed }))
      .on("pass", (test) => passed.push(test.fullTitle()))
      .on("fail", (test, error) =>
        failed.push({ title: test.fullTitle(), message: String(error?.message ?? error) }),
      );
  });
}

export async function run(): Promise<void> {
  const { failed } = await runSuite();
  if (failed.length > 0) {
    throw new Error(failed.map(({ title, message }) => `${title}: ${message}`).join("\n"));
  }
}
