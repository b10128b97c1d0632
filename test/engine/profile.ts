/**
 * Fixtures that read like the editor: model code with the expected figures in a trailing comment.
 *
 *     self.conv = nn.Conv2d(3, 8, 3)  #: 213 MACs, 224 params, 1x8x222x222
 *
 * A line that makes several layers lists them with ` | `; `#: total …` stands on the root's line.
 */
import { expect } from "vitest";
import type { ProfileOptions } from "../../src/engine/contract/engine.types.ts";
import type { Report, ReportLayer, ReportShape } from "../../src/engine/contract/report.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
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
  const file = fixture.file ?? "/app/model.py";
  const actual = source.split("\n").map((line, i) => {
    const code = line.replace(/\s*(#|\/\/):.*$/, "");
    if (code === line) return line;
    const mark = /(#|\/\/):/.exec(line)?.[0] ?? "#:";
    const layers = report.layers.filter(({ at }) => at.file === file && at.line === i + 1);
    const total = `total ${figure(report.totals.macs)} MACs, ${figure(report.totals.params)} params`;
    const text = / total /.test(line) ? total : layers.map(describe).join(" | ");
    return `${code}  ${mark} ${text}`;
  });
  expect(actual.join("\n")).toBe(source.replace(/[ \t]*((#|\/\/):)/g, "  $1"));
  return report;
}

function describe(layer: ReportLayer): string {
  const times = layer.calls > 1 ? ` x${layer.calls}` : "";
  return `${figure(layer.macs)} MACs, ${figure(layer.params)} params, ${layer.out.map(shape).join(" ")}${times}`;
}

function figure(value: number | null): string {
  return value === null ? "?" : String(value);
}

function shape(dims: ReportShape): string {
  return dims === null ? "?" : dims.map((dim) => dim ?? "?").join("x");
}
