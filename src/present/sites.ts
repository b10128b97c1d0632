/**
 * From sites to lines: which layers a line of the file makes, in the one network whose figures it shows. A line that
 * serves several networks (a block of resnet50, 101 and 152) shows those of the active network.
 */
import type { FileAnalysis, LayerSite } from "../engine/contract/engine.types.ts";
import type { Place, Report, ReportLayer } from "../engine/contract/report.ts";

export interface LayerLine {
  readonly at: Place;
  readonly report: Report;
  /** In execution order, each once. */
  readonly layers: readonly ReportLayer[];
  /** Other networks of the file have other figures here, so the network is worth naming. */
  readonly shared: boolean;
}

/** Every line of the file that makes layers, top to bottom. */
export function layerLines(analysis: FileAnalysis, active?: string): LayerLine[] {
  const byLine = new Map<number, LayerSite[]>();
  for (const site of analysis.sites) {
    if (site.at.file !== analysis.file) continue;
    const sites = byLine.get(site.at.line);
    if (sites) sites.push(site);
    else byLine.set(site.at.line, [site]);
  }
  return [...byLine.entries()]
    .sort(([a], [b]) => a - b)
    .flatMap(([, sites]) => merge(sites, analysis.reports, active) ?? []);
}

/** The layers under a position: those of the smallest call that holds it, or else of its whole line. */
export function layersAt(
  analysis: FileAnalysis,
  position: { readonly line: number; readonly column: number },
  active?: string,
): LayerLine | undefined {
  const here = analysis.sites.filter(({ at }) => at.file === analysis.file && covers(at, position.line));
  const inside = here.filter(({ at }) => holds(at, position));
  const smallest = Math.min(...inside.map(({ at }) => extent(at)));
  const chosen = inside.filter(({ at }) => extent(at) === smallest);
  const starting = here.filter(({ at }) => at.line === position.line);
  return merge(chosen.length > 0 ? chosen : starting, analysis.reports, active);
}

export type Failure = FileAnalysis["failures"][number];

/**
 * Networks without a figure that are worth a word. A class that lacks arguments, but whose layers show their cost as
 * parts of another network (a block, the class behind a builder), is not.
 */
export function openFailures({ file, reports, failures, sites, parts = [] }: FileAnalysis): Failure[] {
  const starts = [...failures.map(({ at }) => at), ...reports.flatMap(({ network_at }) => network_at ?? [])]
    .filter((at) => at.file === file)
    .map(({ line }) => line)
    .sort((a, b) => a - b);
  return failures.filter(({ at, reason }) => {
    if (at.file !== file || !reason.startsWith("needs ")) return true;
    if (parts.some((part) => part.at.file === file && part.at.line === at.line)) return false;
    const end = starts.find((line) => line > at.line) ?? Number.POSITIVE_INFINITY;
    return !sites.some((site) => site.at.file === file && site.at.line > at.line && site.at.line < end);
  });
}

/** Layers that cost something, or may: what a lens sums up. Normalisation and activations cost no MACs. */
export function costly(layers: readonly ReportLayer[]): ReportLayer[] {
  return layers.filter(({ macs, kind, params }) =>
    macs === null ? kind !== "norm" : macs > 0 || (kind === "embedding" && params !== 0),
  );
}

function merge(
  sites: readonly LayerSite[],
  reports: readonly Report[],
  active?: string,
): LayerLine | undefined {
  const networks = new Set(sites.map(({ network }) => network));
  const candidates = reports.filter(({ network }) => networks.has(network));
  const report = candidates.find(({ network }) => network === active) ?? candidates[0];
  if (!report) return undefined;
  const layers = layersOf(report, sites);
  const at = sites.find(({ network }) => network === report.network)?.at;
  if (!at || layers.length === 0) return undefined;
  const own = figures(report, layers);
  const shared = candidates.some((other) => figures(other, layersOf(other, sites)) !== own);
  return { at, report, layers, shared };
}

function layersOf(report: Report, sites: readonly LayerSite[]): ReportLayer[] {
  const own = sites.filter(({ network }) => network === report.network);
  const indices = [...new Set(own.flatMap(({ layers }) => layers))].sort((a, b) => a - b);
  return indices.flatMap((index) => report.layers[index] ?? []);
}

/** Equal when two networks would show the same line: `model = Net()` is no other network than `Net`. */
function figures({ totals }: Report, layers: readonly ReportLayer[]): string {
  return [totals.macs, ...layers.map(({ name, macs }) => `${name} ${macs}`)].join();
}

/** Whether a place has a part of the line. */
export function covers(at: Place, line: number): boolean {
  return at.line <= line && line <= (at.end_line ?? at.line);
}

/** Whether the position is within the place. */
export function holds(
  at: Place,
  { line, column }: { readonly line: number; readonly column: number },
): boolean {
  const afterStart = line > at.line || column >= at.column;
  const endLine = at.end_line ?? at.line;
  const beforeEnd = line < endLine || column <= (at.end_column ?? at.column);
  return covers(at, line) && afterStart && beforeEnd;
}

/** Lines count far more than columns. */
export function extent(at: Place): number {
  const lines = (at.end_line ?? at.line) - at.line;
  return lines * 10_000 + (at.end_column ?? at.column) - at.column;
}
