/** Profiles model code that a test has as text; `figures.ts` says how expectations are written beside it. */
import { expect } from "vitest";
import type { ProfileOptions } from "../../src/engine/contract/engine.types.ts";
import type { Report } from "../../src/engine/contract/report.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { aligned, withFigures } from "./figures.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

export interface Fixture extends ProfileOptions {
  /** Other files of the program by path; the fixture itself is `/app/model.py`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly file?: string;
}

export function profile(source: string, fixture: Fixture = {}): Report {
  const { files = {}, file = "/app/model.py", ...options } = fixture;
  const engine = createEngine({ parsers, host: memoryHost({ ...files, [file]: source }) });
  const result = engine.profile(file, options);
  if (!result.ok)
    throw new Error(`${result.reason}\n${result.diagnostics.map(({ message }) => message).join("\n")}`);
  return result.report;
}

/** Profiles the fixture and compares every line that carries a `#:` (or `//:`) comment. */
export function expectFigures(source: string, fixture: Fixture = {}): Report {
  const report = profile(source, fixture);
  expect(withFigures(source, report, fixture.file ?? "/app/model.py")).toBe(aligned(source));
  return report;
}
