/** The hover on a call: what goes in and comes out, what it costs, and the dearest layers below it. */
import type { Report, ReportLayer } from "../engine/contract/report.ts";
import type { CallLine } from "../present/calls.ts";
import { inputText } from "../present/cost.ts";
import type { Translate } from "../present/l10n.ts";
import { count, inUnit, outputShape, passing, share } from "../present/text.ts";
import { type HoverOptions, layerHover, links } from "./hover.ts";
import { escapeMarkdown, table } from "./markdown.ts";

const LISTED = 5;

export function callHover(line: CallLine, options: HoverOptions): string {
  const { call, report, layers } = line;
  const [only] = layers;
  // Its own formula says more than the call, where all that it costs is paid here.
  const isIt = call.called.length === 1 && call.called[0]?.name === only?.name;
  if (only && layers.length === 1 && isIt && call.runs === only.calls && only.kernel !== null)
    return layerHover({ at: call.at, report, layers, shared: false }, options);
  const context = [escapeMarkdown(report.network), inputText(report, options.t)].join(" · ");
  const actions = layers.length > 0 ? links(layers, report, options) : [];
  const head = [cost(line, options), ...actions].join("  \n");
  return [title(line, options.t), head, dearest(layers, report, options), context]
    .filter((block) => block !== "")
    .join("\n\n");
}

/** `Sequential layer1, 64×56×56 → 256×56×56`; of several runs their type, count and shapes. */
function title({ call: { called, runs, makes }, layers }: CallLine, t: Translate): string {
  const [first] = called;
  const often = runs > 1 ? [t("{0} runs", runs)] : [];
  if (!first) return [t("{0} layers run below this call", layers.length), ...often].join(" · ");
  const types = [...new Set(called.map(({ type }) => type))].map(escapeMarkdown).join(", ");
  const names = new Set(called.map(({ name }) => name));
  const name = names.size === 1 && first.name !== "" ? ` ${escapeMarkdown(first.name)}` : "";
  const shapes = [...new Set(called.map(passing))];
  const more = shapes.length > SHAPES ? [t("{0} more shapes", shapes.length - SHAPES)] : [];
  const many = makes && names.size > 1 ? [t("{0} layers", names.size)] : [];
  return [`${types}${name}`, [...shapes.slice(0, SHAPES), ...more].join("; "), ...many, ...often].join(", ");
}

const SHAPES = 3;

/** `231 M MACs · 13 % · 1.20 M elementwise` */
function cost({ call: { macs, elementwise }, report }: CallLine, { t, unit }: HoverOptions): string {
  const total = report.totals.macs;
  const part = macs && total ? [t("{0} of {1}", share(macs / total), escapeMarkdown(report.network))] : [];
  return [
    macs === null
      ? t("{0} unknown", unit)
      : macs === 0
        ? t("no {0}", unit)
        : `${count(inUnit(macs, unit))} ${unit}`,
    ...part,
    ...(elementwise ? [t("{0} elementwise", count(elementwise))] : []),
  ].join(" · ");
}

function dearest(layers: readonly ReportLayer[], report: Report, { t, unit }: HoverOptions): string {
  const total = report.totals.macs;
  const costs = layers
    .flatMap((layer) => (layer.macs ? [{ layer, macs: layer.macs }] : []))
    .sort((a, b) => b.macs - a.macs);
  if (costs.length < 2) return "";
  const rows = costs
    .slice(0, LISTED)
    .map(({ layer, macs }) => [
      escapeMarkdown(layer.name),
      outputShape(layer.out[0], layer.batch_axis),
      count(inUnit(macs, unit)),
      total ? share(macs / total) : "",
    ]);
  const more = costs.length > LISTED ? [t("and {0} more", costs.length - LISTED)] : [];
  return [table([t("dearest layers"), t("output"), unit, t("share")], rows), ...more].join("\n\n");
}
