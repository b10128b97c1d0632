/** What must hold of every answer, whatever the text. */
import type { FileAnalysis } from "../../../src/engine/contract/engine.types.ts";
import type { Place, Report, ReportLayer, ReportShape } from "../../../src/engine/contract/report.ts";
import { formatCsv } from "../../../src/engine/formats/csv.ts";
import { formatJson } from "../../../src/engine/formats/json.ts";
import { formatMarkdown } from "../../../src/engine/formats/markdown.ts";
import { formatSarif } from "../../../src/engine/formats/sarif.ts";
import { formatText } from "../../../src/engine/formats/text.ts";
import { createTranslate } from "../../../src/present/l10n.ts";
import { layerLines } from "../../../src/present/sites.ts";
import { lspDiagnostics } from "../../../src/server/diagnostics.ts";
import { layerHover, networkHover } from "../../../src/server/hover.ts";
import { lenses } from "../../../src/server/lens.ts";

export interface Wrong {
  readonly kind: string;
  readonly detail: string;
}

type ReadText = (file: string) => string | undefined;

const wrong = (kind: string, detail: string): Wrong => ({ kind, detail });

export function wrongAnalysis(analysis: FileAnalysis, read: ReadText): Wrong[] {
  const internal = [...analysis.diagnostics, ...analysis.reports.flatMap(({ diagnostics }) => diagnostics)]
    .filter(({ code, message }) => code === "internal" || message.startsWith("internal:"))
    .map(({ message }) => wrong("internal fault", message));
  return [
    ...internal,
    ...analysis.failures.flatMap(({ reason }) =>
      /^internal:/.test(reason) ? [wrong("internal fault", reason)] : [],
    ),
    ...analysis.reports.flatMap(wrongReport),
    ...wrongPlaces(analysis, read),
    ...wrongTexts(analysis),
  ];
}

/** Figures that cannot be, and reports that call themselves complete and are not. */
export function wrongReport(report: Report): Wrong[] {
  const { totals, layers, complete, never_run = [] } = report;
  const sizes = [...layers.flatMap(shapesOf), ...report.output, ...report.input.shapes];
  const figures = [totals, ...layers, ...never_run].flatMap((holder) =>
    Object.entries(holder).filter(([name]) => COUNTED.has(name)),
  );
  const found = [
    ...figures.filter(([, value]) => !isCount(value)).map(([name, value]) => `${name} ${value}`),
    ...sizes.filter((shape) => !isShape(shape)).map((shape) => `shape ${shape}`),
  ].map((what) => wrong("figure that cannot be", `${report.network}: ${what}`));
  if (!complete) return found;
  for (const name of ["macs", "params"] as const) {
    if (totals[name] === null) found.push(wrong("complete with unknown total", `${report.network}: ${name}`));
    if (layers.some((layer) => layer[name] === null))
      found.push(wrong("complete with unknown layer", `${report.network}: ${name}`));
  }
  const sum = layers.reduce((all, { macs }) => all + (macs ?? 0), 0);
  if (totals.macs !== null && Math.abs(sum - totals.macs) > 1e-9 * sum)
    found.push(wrong("total is not the sum", `${report.network}: ${totals.macs}, layers ${sum}`));
  return found;
}

const COUNTED: ReadonlySet<string> = new Set([
  ...["macs", "params", "trainable_params", "elementwise", "activation_bytes", "peak_activation_bytes"],
  ...["separable_macs", "separable_params", "separable_trainable_params", "read_values", "written_values"],
  ...["calls", "groups", "in_channels", "out_channels"],
]);

const isCount = (value: unknown): boolean =>
  value === null || value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0);
const isShape = (shape: ReportShape): boolean => shape === null || shape.every(isCount);
const shapesOf = ({ in: taken, out }: ReportLayer): readonly ReportShape[] => [...taken, ...out];

/** Every place anywhere in an answer that does not lie in its file's text. */
export function wrongPlaces(answer: unknown, read: ReadText): Wrong[] {
  const texts = new Map<string, readonly string[] | undefined>();
  const linesOf = (file: string): readonly string[] | undefined => {
    if (!texts.has(file)) texts.set(file, read(file)?.split(/\r\n|\r|\n/));
    return texts.get(file);
  };
  const found: Wrong[] = [];
  const seen = new Set<object>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (isPlace(value)) {
      const reason = outside(value, linesOf(value.file));
      if (reason)
        found.push(wrong("place outside of the text", `${path} ${JSON.stringify(value)}: ${reason}`));
    } else
      for (const [name, entry] of Object.entries(value))
        visit(entry, /^\d+$/.test(name) ? path : `${path}.${name}`);
  };
  visit(answer, "");
  return found;
}

function isPlace(value: object): value is Place {
  return "file" in value && "line" in value && "column" in value;
}

function outside(
  { line, column, end_line = line, end_column = column }: Place,
  lines?: readonly string[],
): string | undefined {
  if (!lines) return "no such file";
  const within = (at: number, character: number): boolean =>
    at >= 1 && at <= lines.length && character >= 1 && character <= (lines[at - 1]?.length ?? 0) + 1;
  if (!within(line, column)) return "starts outside";
  if (!within(end_line, end_column)) return "ends outside";
  return end_line < line || (end_line === line && end_column < column) ? "ends before it starts" : undefined;
}

const t = createTranslate(undefined);
const HOW = {
  unit: "MACs",
  t,
  active: undefined,
  commandUri: "file:///model.py",
  alpha: 0.5,
  rho: 0.5,
  devices: [],
} as const;
/** What steers a terminal or the direction of reading. Line ends are a format's own. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Every form in which a user may see it: none fails, none carries what a terminal would obey. */
function wrongTexts(analysis: FileAnalysis): Wrong[] {
  const { reports } = analysis;
  const forms: Readonly<Record<string, () => readonly string[]>> = {
    text: () => reports.map((report) => formatText(report, { unit: "macs", width: 80, color: false })),
    csv: () => reports.map((report) => formatCsv(report, "macs")),
    markdown: () => reports.map((report) => formatMarkdown(report, "flops")),
    sarif: () => [formatSarif(reports)],
    json: () => reports.map(formatJson),
    lens: () => lenses(analysis, HOW).map(({ title }) => title),
    hover: () => [
      ...reports.map((report) => networkHover(report, HOW)),
      ...layerLines(analysis).map((line) => layerHover(line, HOW)),
    ],
    diagnostics: () => lspDiagnostics(analysis).map(({ message }) => String(message)),
  };
  return Object.entries(forms).flatMap(([form, make]) => {
    try {
      const unseen = make()
        .map((text) => UNSEEN.exec(text.replaceAll("\n", "")))
        .find((match) => match);
      const code = unseen?.[0].codePointAt(0)?.toString(16);
      return code === undefined ? [] : [wrong(`${form} carries an unseen character`, code)];
    } catch (error) {
      return [wrong(`${form} throws`, stackOf(error))];
    }
  });
}

/** The message and the innermost lines. */
export function stackOf(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? error.message).split("\n").slice(0, 5).join("\n")
    : String(error);
}
