/**
 * What a network would cost with some convolutions swapped, at another width and resolution: ρ traces it anew at its
 * new input, α scales that trace's channels, the swap replaces its convolutions, and the report is made of the result.
 */

import type { Report } from "../contract/report.ts";
import type {
  RefusedLayer,
  SimulatedLayer,
  SimulatedReport,
  SimulationOptions,
  SimulationResult,
} from "../contract/separable.ts";
import type { FailureReason } from "../interpret/bounded.ts";
import { buildReport, idleLayers, type ReportSource, withoutMost } from "../report/build.ts";
import { addedTo } from "../report/neverRun.ts";
import { newDiagnostics } from "./newDiagnostics.ts";
import { ownWidth } from "./ownWidth.ts";
import { inputTexts, resizeImage } from "./resize.ts";
import { eligibleLayers, followers } from "./simulate.ts";
import { type IdleSite, swapTrace } from "./swapTrace.ts";
import { type NetworkRun, rowsOf, type Thinned, thinNetwork } from "./thin.ts";
import { wrongOption } from "./wrongOption.ts";

/** A network that ran once, with all that its report is made of. */
export interface TracedNetwork {
  readonly source: ReportSource;
  /** Axis of the channels in a tensor of this rank. */
  readonly channelAxis: (rank: number) => number;
  /** Runs the network once more, as training does: with the layers that only training runs. */
  readonly trained: () => NetworkRun;
}

/** Makes and runs the network, on its own input or on this one, with one argument more than it has. */
export type TraceNetwork = (input?: readonly string[], more?: string) => TracedNetwork | FailureReason;

/** `refused` are layers that a rewrite would refuse: they are not counted. */
export function simulateNetwork(
  trace: TraceNetwork,
  options: SimulationOptions,
  refused: readonly RefusedLayer[] = [],
): SimulationResult {
  const wrong = wrongOption(options);
  if (wrong !== undefined) return { ok: false, reason: wrong };
  const { alpha = 1, rho = 1, round = 1 } = options;
  const first = trace();
  if ("reason" in first) return { ok: false, reason: first.reason };
  const before = buildReport(first.source);
  const resized =
    options.resized ??
    (rho === 1
      ? undefined
      : inputTexts(before, (shape) => resizeImage(shape, first.channelAxis(shape.length), rho)));
  const second = trace(resized);
  if ("reason" in second) return { ok: false, reason: second.reason };

  const scaled = scaleNetwork(second, alpha, round);
  const plain = buildReport(scaled.source);
  const chosen = chooseLayers(before, options, refused);
  const swapped = swapNetwork(scaled.source, plain, chosen.names);
  const problems = newDiagnostics(before, swapped).filter(({ severity }) => severity !== "info");
  const after = problems.length > 0 ? { ...swapped, complete: false } : swapped;
  const own =
    alpha !== 1 && options.swap === "none"
      ? ownWidth(before, after, alpha, (more) => trace(resized, more))
      : undefined;
  return {
    ok: true,
    simulation: {
      before,
      after,
      swapped: after.layers.filter(({ swapped }) => swapped).map(({ name }) => name),
      never_run: namesOfFollowers(plain, chosen.names),
      refused: chosen.refused,
      reduction: {
        macs: saving(before.totals.macs, after.totals.macs),
        params: saving(before.totals.params, after.totals.params),
      },
      problems,
      ...{ alpha, rho, round, kept: scaled.kept, unfollowed: scaled.unfollowed },
      width_arguments: before.width_arguments ?? [],
      ...(own && { own_width: own }),
    },
  };
}

function saving(before: number | null, after: number | null): number | null {
  return before === null || after === null || before === 0 ? null : 1 - after / before;
}

function scaleNetwork(
  { source, channelAxis, trained }: TracedNetwork,
  alpha: number,
  round: number,
): Thinned {
  return alpha === 1
    ? { source, kept: [], unfollowed: [] }
    : thinNetwork(source, trained, channelAxis, alpha, round === 1 ? "none" : round);
}

function chooseLayers(
  report: Report,
  { swap, stem = false }: SimulationOptions,
  known: readonly RefusedLayer[],
) {
  if (swap === "none") return { names: new Set<string>(), refused: [] };
  const eligible = eligibleLayers(report, stem || swap !== "all" ? "swap" : "keep");
  const left = new Set(known.map(({ layer }) => layer));
  const possible = report.layers.flatMap(({ name }, index) =>
    eligible.has(index) && !left.has(name) ? [name] : [],
  );
  if (swap === "all") return { names: new Set(possible), refused: known };
  const refused = swap
    .filter((name) => !possible.includes(name))
    .map((layer) => ({
      layer,
      reason:
        known.find((refusal) => refusal.layer === layer)?.reason ??
        report.layers.find(({ name }) => name === layer)?.not_swappable ??
        "There is no such convolution.",
    }));
  return { names: new Set(swap.filter((name) => possible.includes(name))), refused };
}

/** The report after the swap: rows keep their names, with the figures of the depthwise separable form. */
function swapNetwork(source: ReportSource, plain: Report, names: ReadonlySet<string>): SimulatedReport {
  const rows = rowsOf(source);
  const sites = rows.flatMap(({ layer, ops }) => {
    if (!names.has(layer.name) || layer.separable_macs === null) return [];
    const added = addedTo(layer);
    const fixedVectors = fixedVectorsOf(layer);
    return ops.filter(({ op }) => op === "conv").map((op) => ({ op, ...added, fixedVectors }));
  });
  if (sites.length === 0) return plain;
  const idle = idleSites(source, plain, names);
  const { ops, parameters } = swapTrace(source.trace.ops, source.parameters, sites, idle);
  const swapped = { ...withoutMost(source), parameters, trace: { ...source.trace, ops } };
  const { totals } = buildReport(swapped);
  return {
    ...plain,
    totals,
    layers: plain.layers.map((layer) => (names.has(layer.name) ? swapRow(layer) : layer)),
  };
}

/** Layers that do not run and whose line is swapped as a whole. */
function idleSites(source: ReportSource, plain: Report, names: ReadonlySet<string>): readonly IdleSite[] {
  const changed = new Set(namesOfFollowers(plain, names));
  if (changed.size === 0) return [];
  return idleLayers(source, plain.layers).flatMap(({ layer, weights: [weight] }): readonly IdleSite[] => {
    const { in_channels: inChannels, out_channels: outChannels, kernel } = layer;
    if (!changed.has(layer.name) || !weight || !inChannels || !outChannels || !kernel) return [];
    return [{ weight, conv: { inChannels, outChannels, kernel }, ...addedTo(layer) }];
  });
}

function namesOfFollowers(plain: Report, names: ReadonlySet<string>): readonly string[] {
  const chosen = new Set(plain.layers.flatMap(({ name }, index) => (names.has(name) ? [index] : [])));
  return followers(plain, chosen).map(({ name }) => name);
}

/** Vectors of the batch norm between that training does not change: moving statistics that the framework counts as weights. */
function fixedVectorsOf(layer: SimulatedLayer): number {
  const { separable_params: params, separable_trainable_params: trainable, in_channels: inputs } = layer;
  return params === null || !trainable || !inputs ? 0 : (params - trainable) / inputs;
}

function swapRow(layer: SimulatedLayer): SimulatedLayer {
  const {
    separable_macs: macs,
    separable_params: params,
    in_channels: inputs,
    out_channels: outputs,
  } = layer;
  if (macs === null || params === null || !inputs || !outputs) return layer;
  const kernel = kernelOf(layer);
  const filtered = (macs * kernel) / (kernel + outputs);
  const { normVectors, slopes } = addedTo(layer);
  const norm = normVectors * inputs + slopes;
  return {
    ...layer,
    ...{ macs, params, trainable_params: layer.separable_trainable_params, swappable: false, swapped: true },
    not_swappable: "It is depthwise separable now.",
    separable_macs: null,
    separable_params: null,
    separable_trainable_params: null,
    parts: [
      { part: "depthwise", macs: filtered, params: kernel * inputs },
      ...(norm > 0 ? [{ part: "norm" as const, macs: 0, params: norm }] : []),
      { part: "pointwise", macs: macs - filtered, params: params - kernel * inputs - norm },
    ],
  };
}

function kernelOf({ kernel }: SimulatedLayer): number {
  return (kernel ?? []).reduce((count, size) => count * size, 1);
}
