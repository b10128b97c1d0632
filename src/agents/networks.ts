/** What `convlens profile` says, in few lines: networks of many files, one network, one layer of it. */

import type { Report, ReportDiagnostic, ReportLayer } from "../engine/contract/report.ts";
import { describeInput, describeSwap } from "../engine/formats/text.ts";
import {
  formatBytes,
  formatCount,
  formatKernel,
  formatShapes,
  formatShare,
} from "../engine/formats/units.ts";
import { networkTitle, totalText } from "../present/cost.ts";
import { createTranslate } from "../present/l10n.ts";
import { layerHover } from "../server/hover.ts";
import { escapeMarkdown } from "../server/markdown.ts";
import type { Answered } from "./command.ts";
import type { Places } from "./places.ts";
import { table } from "./table.ts";

/** Agents are told in English. */
const WORDS = { unit: "MACs", t: createTranslate("en") } as const;

const MOST_NETWORKS = 60;
const MOST_LAYERS = 10;
const MOST_NOTES = 5;

export function networksText({ out, said }: Answered, places: Places): string {
  const reports = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Report);
  const lines = reports.map((report) => {
    const at = report.network_at ? places.link(report.network_at) : places.file(report.file);
    return `- **${escapeMarkdown(report.network)}** ${at}: ${escapeMarkdown(networkTitle(report, WORDS))}`;
  });
  return [
    ...some(lines, MOST_NETWORKS, "name a file or folder"),
    ...(said.length > 0 ? ["", "Without figures:"] : []),
    ...some(said.map(item), MOST_NETWORKS, "name a file or folder"),
  ].join("\n");
}

export function networkText({ out }: Answered, places: Places): string {
  const report = JSON.parse(out) as Report;
  const { totals, assumptions = [], diagnostics } = report;
  const at = report.network_at ? places.link(report.network_at) : places.file(report.file);
  const exact = totals.macs === null ? "" : ` (exactly ${totals.macs})`;
  const params =
    totals.params === null ? "not known" : `${formatCount(totals.params)} (exactly ${totals.params})`;
  const others = report.networks.filter((name) => name !== report.network);
  return [
    `**${escapeMarkdown(report.network)}** ${at}`,
    `- MACs: ${totalText(report, WORDS)}${exact}`,
    `- parameters: ${params}`,
    `- peak activations: ${formatBytes(totals.peak_activation_bytes)}`,
    `- input ${describeInput(report)}, output ${formatShapes(report.output)}`,
    ...(report.complete ? [] : ["- **incomplete**: some figures are not known, see the problems"]),
    ...(others.length > 0 ? [`- other networks of the file: ${listed(others)}`] : []),
    "",
    ...dearest(report, places),
    ...titled(
      "Assumed",
      assumptions.map(({ text, at: of }) => `${of ? `${places.link(of)}: ` : ""}${escapeMarkdown(text)}`),
    ),
    ...titled("Problems", problems(diagnostics, places)),
  ].join("\n");
}

function dearest({ layers, totals, ...report }: Report, places: Places): readonly string[] {
  const rows = layers
    .filter(({ macs }) => macs === null || macs > 0)
    .sort((one, other) => (other.macs ?? 0) - (one.macs ?? 0));
  const cells = rows
    .slice(0, MOST_LAYERS)
    .map((layer) => [
      escapeMarkdown(layer.name),
      escapeMarkdown([layer.type, formatKernel(layer.kernel, layer.stride)].filter(Boolean).join(" ")),
      formatShapes(layer.out),
      formatCount(layer.macs),
      layer.macs === null || !totals.macs ? "" : formatShare(layer.macs / totals.macs),
      layer.swappable ? formatCount(layer.separable_macs) : "",
      places.link(layer.at),
    ]);
  if (cells.length === 0) return [];
  const header = ["dearest layers", "type", "output", "MACs", "share", "MACs as separable", "made at"];
  const more = rows.length - cells.length;
  return [
    table(header, cells),
    ...(more > 0 ? [`and ${more} more`] : []),
    describeSwap({ layers, totals, ...report }, "macs"),
    "",
  ];
}

/** Throws where there is no layer of the name. */
export function layerText({ out }: Answered, name: string, places: Places): string {
  const report = JSON.parse(out) as Report;
  const layer = report.layers.find((one) => one.name === name);
  if (!layer) return noLayer(report, name);
  const way = [...layer.path, layer.at].map((at) => places.link(at)).join(" → ");
  return [
    layerHover({ layers: [layer], report, at: layer.at, shared: false }, WORDS),
    "",
    `Made at ${way}${layer.called_at ? `, called at ${places.link(layer.called_at)}` : ""}`,
    swapText(layer),
  ].join("\n");
}

function swapText({
  swappable,
  separable_macs: macs,
  separable_params: params,
  not_swappable: why,
}: ReportLayer): string {
  if (!swappable)
    return why === undefined ? "It cannot be swapped." : `It cannot be swapped: ${escapeMarkdown(why)}`;
  return `As a depthwise separable convolution with its batch norm: ${formatCount(macs)} MACs, ${formatCount(params)} parameters.`;
}

/** Names that are like it are what was meant. */
function noLayer({ network, layers }: Report, name: string): string {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const like = layers.filter((layer) => words.some((word) => layer.name.toLowerCase().includes(word)));
  const names = (like.length > 0 ? like : layers).map((layer) => layer.name);
  return `${escapeMarkdown(network)} has no layer ${escapeMarkdown(name)}; it has ${listed(names)}.`;
}

export function problems(diagnostics: readonly ReportDiagnostic[], places: Places): readonly string[] {
  return diagnostics
    .filter(({ severity }) => severity !== "info")
    .map(({ at, severity, message }) => `${places.link(at)} ${severity}: ${escapeMarkdown(message)}`);
}

export function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0
    ? []
    : [
        `${title}:`,
        ...some(
          lines.map((line) => `- ${line}`),
          MOST_NOTES,
        ),
        "",
      ];
}

/** The first of many lines, and how many there are besides. */
export function some(lines: readonly string[], most: number, remedy?: string): readonly string[] {
  const more = lines.length - most;
  return more <= 0
    ? lines
    : [...lines.slice(0, most), `and ${more} more${remedy === undefined ? "" : `: ${remedy}`}`];
}

export function item(text: string): string {
  return `- ${escapeMarkdown(text)}`;
}

export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map(escapeMarkdown).join(", ");
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

const MOST_NAMES = 20;
