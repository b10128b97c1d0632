/** The library's types: declarations of its entry points, and of those files alone that these name. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** Throws where a file's types cannot be told from its text alone. */
export function writeDeclarations(entries, from, to) {
  rmSync(to, { recursive: true, force: true });
  const found = new Set();
  const visit = (file) => {
    if (found.has(file)) return;
    found.add(file);
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(file, "utf8"), {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, strict: true },
    });
    if (diagnostics.length > 0)
      throw new Error(
        `${file}: ${diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")).join("; ")}`,
      );
    const out = path.join(to, path.relative(from, file).replace(/\.ts$/, ".d.ts"));
    mkdirSync(path.dirname(out), { recursive: true });
    // Programs that use the library need not allow imports with the ending .ts.
    writeFileSync(out, outputText.replaceAll(/(from ")(\.[^"]+)\.ts"/g, '$1$2.js"'));
    for (const [, specifier] of outputText.matchAll(/from "(\.[^"]+\.ts)"/g))
      visit(path.resolve(path.dirname(file), specifier));
  };
  for (const entry of entries) visit(path.join(from, entry));
}
