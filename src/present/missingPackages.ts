/** The packages whose sources a file's figures wait for. */
import { advisedPackage } from "../engine/base/advice.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";

export interface MissingPackage {
  /** As a package index has it. */
  readonly name: string;
  /** Lines of the file that say so. */
  readonly lines: readonly number[];
}

export function missingPackages(analysis: FileAnalysis): readonly MissingPackage[] {
  const lines = new Map<string, number[]>();
  const told = [
    ...analysis.diagnostics,
    ...analysis.reports.flatMap(({ diagnostics }) => diagnostics),
    ...analysis.failures.map(({ at, reason }) => ({ at, message: reason })),
  ];
  for (const { at, message } of told) {
    const name = advisedPackage(message);
    if (name === undefined) continue;
    const known = lines.get(name) ?? [];
    lines.set(name, known);
    if (at.file === analysis.file && !known.includes(at.line)) known.push(at.line);
  }
  return [...lines].map(([name, where]) => ({ name, lines: where }));
}
