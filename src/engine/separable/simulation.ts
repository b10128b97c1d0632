/**
 * What a network would cost with some convolutions swapped, at another width and resolution: ρ traces it anew at its
 * new input, α scales that trace's channels, the swap replaces its convolutions, and the report is made of the result.
 */
import type { FailureReason } from "../engine.types.ts";
import { buildReport, type ReportSource } from "../report/build.ts";
import type { Report } from "../report/contract.ts";
import { type PricedRow, priceLayers } from "../report/layers.ts";
import { followChannels } from "./channels/follow.ts";
import { keptWidths, scaleTrace } from "./channels/scale.ts";
import type {
  KeptWidth,
  SimulatedLayer,
  SimulatedReport,
  SimulationOptions,
  SimulationResult,
  WidthArgument,
} from "./contract.ts";
import { inputTexts, resizeImage } from "./resize.ts";
import { eligibleLayers } from "./simulate.ts";
import { swapTrace } from "./swapTrace.ts";

/** A network that ran once, with all that its report is made of. */
export interface TracedNetwork {
  readonly source: ReportSource;
  /** Axis of the channels in a tensor of this rank. */
  readonly channelAxis: (rank: number) => number;
  readonly widthArguments: readonly WidthArgument[];
}

/** Makes and runs the network, on its own input or on this one. */
export type TraceNetwork = (input?: readonly string[]) => TracedNetwork | FailureReason;

export function simulateNetwork(trace: TraceNetwork, options: SimulationOptions): SimulationResult {
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
  const chosen = chooseLayers(before, options);
  const after = swapNetwork(scaled.source, plain, chosen.names);
  return {
    ok: true,
    simulation: {
      before,
      after,
      swapped: after.layers.filter(({ swapped }) => swapped).map(({ name }) => name),
      refused: chosen.refused,
      reduction: {
        macs: saving(before.totals.macs, after.totals.macs),
        params: saving(before.totals.params, after.totals.params),
      },
      ...{ alpha, rho, round, kept: scaled.kept, width_arguments: first.widthArguments },
    },
  };
}

function saving(before: number | null, after: number | null): number | null {
  return before === null || after === null || before === 0 ? null : 1 - after / before;
}

function scaleNetwork(
  { source, channelAxis }: TracedNetwork,
  alpha: number,
  round: number,
): { readonly source: ReportSource; readonly kept: readonly KeptWidth[] } {
  if (alpha === 1) return { source, kept: [] };
  const { inputs, outputs, trace } = source;
  const channels = followChannels({ ops: trace.ops, inputs, outputs, channelAxis });
  const { ops, kept } = scaleTrace(trace.ops, channels, alpha, round === 1 ? "none" : round);
  const scaled = { ...source, trace: { ...trace, ops } };
  const names = new Map(
    rowsOf(scaled).flatMap(({ layer, ops: own }) => own.map((op) => [op.index, layer.name])),
  );
  return { source: scaled, kept: keptWidths(kept, (op) => names.get(op.index)) };
}

function rowsOf({ trace, names, inputs, batch }: ReportSource): readonly PricedRow[] {
  return priceLayers({ ops: trace.ops, names, inputs, batch });
}

function chooseLayers(report: Report, { swap, stem = false }: SimulationOptions) {
  if (swap === "none") return { names: new Set<string>(), refused: [] };
  const eligible = eligibleLayers(report, stem || swap !== "all" ? "swap" : "keep");
  const possible = report.layers.filter((_, index) => eligible.has(index)).map(({ name }) => name);
  if (swap === "all") return { names: new Set(possible), refused: [] };
  const refused = swap
    .filter((name) => !possible.includes(name))
    .map((layer) => ({
      layer,
      reason:
        report.layers.find(({ name }) => name === layer)?.not_swappable ?? "There is no such convolution.",
    }));
  return { names: new Set(swap.filter((name) => possible.includes(name))), refused };
}

/** The report after the swap: rows keep their names, with the figures of the depthwise separable form. */
function swapNetwork(source: ReportSource, plain: Report, names: ReadonlySet<string>): SimulatedReport {
  const rows = rowsOf(source);
  const sites = rows.flatMap(({ layer, ops }) => {
    if (!names.has(layer.name) || layer.separable_macs === null) return [];
    const normVectors = normVectorsOf(layer);
    const fixedVectors = fixedVectorsOf(layer);
    return ops.filter(({ op }) => op === "conv").map((op) => ({ op, normVectors, fixedVectors }));
  });
  if (sites.length === 0) return plain;
  const { ops, parameters } = swapTrace(source.trace.ops, source.parameters, sites);
  const swapped = { ...source, parameters, trace: { ...source.trace, ops } };
  const { totals } = buildReport(swapped);
  return {
    ...plain,
    totals,
    layers: plain.layers.map((layer) => (names.has(layer.name) ? swapRow(layer) : layer)),
  };
}

/** Vectors of the batch norm between, as the row's figures tell them. */
function normVectorsOf(layer: SimulatedLayer): number {
  const { separable_params: params, in_channels: inputs, out_channels: outputs, bias } = layer;
  if (params === null || !inputs || !outputs) return 0;
  return (params - kernelOf(layer) * inputs - inputs * outputs - (bias ? outputs : 0)) / inputs;
}

/** Those of them that training does not change: moving statistics that the framework counts as weights. */
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
  const norm = normVectorsOf(layer) * inputs;
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
