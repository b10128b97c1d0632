/** What changed between two revisions, for people and for other programs. */

import { markdownText, visible, visibleJson } from "../../engine/base/visible.ts";
import type { Place, ReportLayer } from "../../engine/contract/report.ts";
import { tableLine } from "../../engine/formats/markdown.ts";
import { formatSarif } from "../../engine/formats/sarif.ts";
import { layoutTable } from "../../engine/formats/table.ts";
import {
  type CostUnit,
  formatBytes,
  formatChange,
  formatCount,
  inUnit,
  UNIT_LABELS,
} from "../../engine/formats/units.ts";
import type { DiffRow } from "../../present/diff.ts";
import { formatGitlab } from "../gitlab.ts";
import type { Compared, NetworkChange, Side } from "./networks.ts";

/** A revision as the user named it; the working tree has no commit. */
export interface Revision {
  readonly name: string;
  readonly commit: string | null;
}

export interface Told extends Compared {
  readonly tool: string;
  readonly base: Revision;
  readonly head: Revision;
  readonly unit: CostUnit;
  /** Characters in a line of the terminal. */
  readonly width: number;
}

export function diffText(told: Told): string {
  const lines = told.changes.flatMap((change) => [...networkText(change, told), ""]);
  return `${[...lines, summary(told)].map((line) => line.trimEnd()).join("\n")}\n`;
}

function networkText(change: NetworkChange, { unit, width }: Told): string[] {
  const [was, now] = [costs(change.before, unit), costs(change.after, unit)];
  const name = visible(`${change.file}: ${change.network}`);
  const moved = change.oldFile === undefined ? "" : visible(`, moved from ${change.oldFile}`);
  if (was === null || now === null) {
    const there = now ?? was;
    return [
      `${name} ${change.change}${moved}`,
      ...(there?.map((cost) => `  ${cost.label}  ${cost.text}`) ?? []),
      ...reasons(change).map((reason) => `  ${visible(reason)}`),
    ];
  }
  return [
    `${name} changed${moved}`,
    ...was.map((cost, index) => `  ${cost.label}  ${fromTo(cost, now[index])}`),
    ...reasons(change).map((reason) => `  ${visible(reason)}`),
    ...(change.layers.length === 0
      ? []
      : layerTable(change.layers, unit, width - 2).map((line) => `  ${line}`)),
  ];
}

function layerTable(rows: readonly DiffRow[], unit: CostUnit, width: number): string[] {
  const label = UNIT_LABELS[unit];
  return layoutTable<DiffRow>(
    [
      { title: "layer", align: "left", shrink: "start", cell: nameOf },
      { title: "", align: "left", drop: 1, cell: ({ change }) => change },
      { title: `${label} before`, align: "right", cell: ({ left }) => layerCost(left, unit) },
      { title: "after", align: "right", cell: ({ right }) => layerCost(right, unit) },
      { title: "params before", align: "right", drop: 2, cell: ({ left }) => layerParams(left) },
      { title: "after", align: "right", drop: 2, cell: ({ right }) => layerParams(right) },
    ],
    rows,
    width,
  );
}

/** Told apart by a mark, so that a comment can be found and written anew. */
export const COMMENT_MARK = "<!-- convlens diff -->";
/** A comment that names every layer of a large network is not read. */
const MOST_LAYERS = 30;

export function diffMarkdown(told: Told): string {
  const { changes, unit } = told;
  const header = ["Network", UNIT_LABELS[unit], "Parameters", "Peak activations"];
  const lines = [
    COMMENT_MARK,
    `### What the networks cost: ${revisionText(told.base)} → ${revisionText(told.head)}`,
    "",
    ...(changes.length === 0 ? [] : [tableLine(header), tableLine(["---", "--:", "--:", "--:"])]),
    ...changes.map((change) => tableLine([networkCell(change), ...costCells(change, unit)])),
    ...(changes.length === 0 ? [] : [""]),
    markdownText(summary(told)),
    ...changes.flatMap((change) => detailsOf(change, unit)),
  ];
  return `${lines.join("\n")}\n`;
}

function networkCell({ network, file, change }: NetworkChange): string {
  const state = change === "changed" ? "" : ` (${change})`;
  return `**${markdownText(network)}**${state}<br>${markdownText(file)}`;
}

function costCells(change: NetworkChange, unit: CostUnit): string[] {
  const [was, now] = [costs(change.before, unit), costs(change.after, unit)];
  const there = now ?? was;
  if (was === null || now === null) return there?.map(({ text }) => text) ?? ["?", "?", "?"];
  return was.map((cost, index) => fromTo(cost, now[index]));
}

function detailsOf(change: NetworkChange, unit: CostUnit): string[] {
  const notes = reasons(change).map((reason) => `- ${markdownText(reason)}`);
  const shown = change.layers.slice(0, MOST_LAYERS);
  if (shown.length === 0 && notes.length === 0) return [];
  const label = UNIT_LABELS[unit];
  return [
    "",
    `<details><summary>${markdownText(change.network)}: ${counted(change.layers.length, "layer")}</summary>`,
    "",
    ...notes,
    ...(notes.length > 0 ? [""] : []),
    ...(shown.length === 0
      ? []
      : [
          tableLine(["Layer", "", `${label} before`, "after", "Params before", "after"]),
          tableLine(["---", "---", "--:", "--:", "--:", "--:"]),
        ]),
    ...shown.map((row) =>
      tableLine([
        markdownText(nameOf(row)),
        row.change,
        layerCost(row.left, unit),
        layerCost(row.right, unit),
        layerParams(row.left),
        layerParams(row.right),
      ]),
    ),
    ...(change.layers.length > shown.length ? ["", `and ${change.layers.length - shown.length} more`] : []),
    "",
    "</details>",
  ];
}

export function diffJson({ tool, base, head, changes, files, networks, leftOut }: Told): string {
  const side = ({ report, reason }: Side) =>
    report === null
      ? reason === undefined
        ? null
        : { totals: null, complete: false, reason }
      : { totals: report.totals, complete: report.complete, at: report.network_at };
  const layer = (found: ReportLayer | null) =>
    found && {
      ...{ type: found.type, kernel: found.kernel, out: found.out, macs: found.macs, params: found.params },
      at: found.at,
    };
  const all = {
    ...{ version: 1, tool, base, head },
    ...{ files, networks, files_left_out: leftOut },
    changes: changes.map(({ file, oldFile, network, change, before, after, layers }) => ({
      ...{ file, ...(oldFile !== undefined && { old_file: oldFile }), network, change },
      ...{ before: side(before), after: side(after) },
      layers: layers.map(({ name, change: how, left, right }) => ({
        ...{ name, change: how, before: layer(left), after: layer(right) },
      })),
    })),
  };
  return `${visibleJson(all, 1)}\n`;
}

export function diffSarif({ tool, changes, unit }: Told): string {
  const diagnostics = changes.flatMap((change) => {
    const at = placeOf(change);
    const message = sentence(change, unit);
    return at ? [{ severity: "info" as const, code: `cost-${change.change}`, message, at }] : [];
  });
  return formatSarif([{ tool, diagnostics }]);
}

export function diffGitlab({ changes, unit }: Told): string {
  return formatGitlab(
    changes.map((change) => ({
      description: sentence(change, unit),
      check: `convlens-cost-${change.change}`,
      severity: isDearer(change) ? "minor" : "info",
      file: change.file,
      line: placeOf(change)?.line ?? 1,
      same: [change.file, change.network],
    })),
  );
}

function isDearer({ before, after }: NetworkChange): boolean {
  return (after.report?.totals.macs ?? 0) > (before.report?.totals.macs ?? 0);
}

function placeOf({ before, after }: NetworkChange): Place | null {
  return (after.report ?? before.report)?.network_at ?? null;
}

/** `Net: 4.09 G → 2.46 G MACs (−39.9 %), 25.6 M → 15.5 M parameters (−39.2 %)` */
function sentence(change: NetworkChange, unit: CostUnit): string {
  const [was, now] = [costs(change.before, unit), costs(change.after, unit)];
  const there = now ?? was ?? [];
  const said =
    was === null || now === null
      ? there.map(({ text, label }) => `${text} ${label}`)
      : was.map((cost, index) => `${fromTo(cost, now[index])} ${cost.label}`);
  const state = change.change === "changed" ? "" : ` ${change.change}`;
  return visible(`${change.network}${state}: ${[...said, ...reasons(change)].join(", ")}`);
}

interface Cost {
  readonly label: string;
  readonly value: number | null;
  readonly text: string;
}

function costs({ report }: Side, unit: CostUnit): readonly Cost[] | null {
  if (report === null) return null;
  const { macs, params, peak_activation_bytes: peak } = report.totals;
  const cost = macs === null ? null : inUnit(macs, unit);
  return [
    { label: UNIT_LABELS[unit], value: cost, text: formatCount(cost) },
    { label: "parameters", value: params, text: formatCount(params) },
    { label: "peak activations", value: peak, text: formatBytes(peak) },
  ];
}

function fromTo(was: Cost, now: Cost | undefined): string {
  if (!now || was.value === now.value) return was.text;
  const change = was.value === null || now.value === null ? "" : ` (${formatChange(was.value, now.value)})`;
  return `${was.text} → ${now.text}${change}`;
}

/** Why figures of a side are not known, or not whole. */
function reasons({ before, after }: NetworkChange): string[] {
  return (["before", "after"] as const).flatMap((when) => {
    const { report, reason } = when === "before" ? before : after;
    if (reason !== undefined) return [`${when}: ${reason}`];
    if (!report || report.complete) return [];
    const [first] = report.diagnostics.filter(({ severity }) => severity !== "info");
    return [`${when}: not all figures are known${first ? ` (${first.message})` : ""}`];
  });
}

/** A network that is one layer has no name for it. */
function nameOf({ name, left, right }: DiffRow): string {
  return name || (right ?? left)?.type || "";
}

function layerCost(layer: ReportLayer | null, unit: CostUnit): string {
  if (layer === null) return "";
  return formatCount(layer.macs === null ? null : inUnit(layer.macs, unit));
}

function layerParams(layer: ReportLayer | null): string {
  return layer === null ? "" : formatCount(layer.params);
}

function summary({ changes, files, networks, leftOut }: Told): string {
  const count = (kind: NetworkChange["change"]): number =>
    changes.filter(({ change }) => change === kind).length;
  const said = (["changed", "added", "removed"] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => `${count(kind)} ${kind}`);
  const where = `of ${counted(networks, "network")} in ${counted(files, "file")} that differ or import what differs`;
  const left = leftOut > 0 ? `; ${counted(leftOut, "file")} more were not read` : "";
  return `${said.length === 0 ? "No network changed" : said.join(", ")}, ${where}${left}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function revisionText({ name, commit }: Revision): string {
  return commit === null ? name : `${markdownText(name)} (${commit.slice(0, 9)})`;
}
