/**
 * Model code that says its own figures, in trailing comments:
 *
 *     self.conv = nn.Conv2d(3, 8, 3)  #: 213 MACs, 224 params, 1x8x222x222
 *
 * A line that makes several layers lists them with ` | `; `#: total …` stands on the root's line. TypeScript has `//:`.
 */
import type { Report, ReportLayer, ReportShape } from "../../src/engine/contract/report.ts";

/** The code with the report's figures in place of those that its comments have. */
export function withFigures(source: string, report: Report, file: string): string {
  const lines = source.split("\n").map((line, i) => {
    const code = line.replace(/\s*(#|\/\/):.*$/, "");
    if (code === line) return line;
    const mark = /(#|\/\/):/.exec(line)?.[0] ?? "#:";
    const layers = report.layers.filter(({ at }) => at.file === file && at.line === i + 1);
    const total = `total ${figure(report.totals.macs)} MACs, ${figure(report.totals.params)} params`;
    const text = / total /.test(line) ? total : layers.map(describe).join(" | ");
    return `${code}  ${mark} ${text}`;
  });
  return lines.join("\n");
}

/** The code with its comments where `withFigures` puts them. */
export function aligned(source: string): string {
  return source.replace(/[ \t]*((#|\/\/):)/g, "  $1");
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
