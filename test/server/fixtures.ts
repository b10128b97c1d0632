/** Hand-made analyses with true figures: torchvision's resnet50 as the real torch measured it. */
import { readFileSync } from "node:fs";
import type { FileAnalysis, LayerSite } from "../../src/engine/contract/engine.types.ts";
import type { LayerKind, Place, Report, ReportLayer } from "../../src/engine/contract/report.ts";
import { layer as convolution } from "../layer.ts";

export const FILE = "/models/resnet.py";

export function place(line: number, column = 9, length = 60): Place {
  return { file: FILE, line, column, end_line: line, end_column: column + length };
}

export function layer(given: Partial<ReportLayer> & Pick<ReportLayer, "name">): ReportLayer {
  return convolution(given.name, { activation_bytes: null, at: place(1), ...given });
}

export function report(network: string, layers: readonly ReportLayer[], given: Partial<Report> = {}): Report {
  const sum = (values: readonly (number | null)[]) => values.reduce<number>((a, b) => a + (b ?? 0), 0);
  const params = sum(layers.map((each) => each.params));
  return {
    version: 1,
    tool: "convlens test",
    file: FILE,
    language: "python",
    framework: "torch",
    network,
    network_at: place(100),
    networks: [network],
    input: { shapes: [[1, 3, 224, 224]], dtypes: ["float32"], origin: "default" },
    output: [[1, 1000]],
    complete: true,
    totals: {
      macs: sum(layers.map((each) => each.macs)),
      params,
      trainable_params: params,
      elementwise: null,
      activation_bytes: null,
      peak_activation_bytes: null,
    },
    layers,
    diagnostics: [],
    ...given,
  };
}

export function analysis(reports: readonly Report[], given: Partial<FileAnalysis> = {}): FileAnalysis {
  return { file: FILE, reports, failures: [], sites: sitesOf(reports), diagnostics: [], ...given };
}

/** One site a line and network, as the engine merges them. */
export function sitesOf(reports: readonly Report[]): LayerSite[] {
  return reports.flatMap(({ network, layers }) => {
    const byPlace = new Map<string, { at: Place; layers: number[] }>();
    for (const [index, { at }] of layers.entries()) {
      const key = `${at.line}:${at.column}`;
      const site = byPlace.get(key) ?? { at, layers: [] };
      site.layers.push(index);
      byPlace.set(key, site);
    }
    return [...byPlace.values()].map((site) => ({ ...site, network }));
  });
}

type Row = [
  string,
  string,
  number[],
  number[],
  number[] | number | null,
  number[],
  number[],
  number[],
  number,
  number,
  number,
];

/** Where torchvision 0.14.1's resnet.py makes each layer. */
const LINES: readonly (readonly [RegExp, number])[] = [
  [/\.conv1$/, 40],
  [/\.conv2$/, 41],
  [/\.conv3$/, 42],
  [/\.downsample\.0$/, 70],
  [/^conv1$/, 60],
  [/^fc$/, 65],
];

/** resnet50 or 101 with its convolutions and its classifier, row by row from the measured truth. */
export function resnet(network: string): Report {
  const path = new URL(`../truth/torchvision_layers/${network}.json`, import.meta.url);
  const truth = JSON.parse(readFileSync(path, "utf8")) as {
    rows: Row[];
    params: number;
    conv_macs: number;
    linear_macs: number;
  };
  const layers = truth.rows
    .filter(([, type]) => type === "Conv2d" || type === "Linear")
    .map(([name, type, before, after, kernel, stride, padding, dilation, groups, macs, params]) => {
      const isConv = Array.isArray(kernel);
      const kind: LayerKind = !isConv ? "linear" : kernel[0] === 1 ? "pointwise" : "standard";
      return layer({
        ...{ name, type, kind, op: isConv ? "conv" : "linear", in: [before], out: [after], macs, params },
        ...{ kernel: isConv ? kernel : null, stride, padding, dilation, groups },
        ...{
          in_channels: isConv ? (before[1] ?? null) : null,
          out_channels: isConv ? (after[1] ?? null) : null,
        },
        ...{ swappable: kind === "standard" && name !== "conv1", separable_macs: null },
        at: place(LINES.find(([pattern]) => pattern.test(name))?.[1] ?? 1),
      });
    });
  const totals = {
    macs: truth.conv_macs + truth.linear_macs,
    params: truth.params,
    trainable_params: truth.params,
  };
  return report(network, layers, {
    network_at: place(network === "resnet50" ? 300 : 320),
    totals: { ...totals, elementwise: null, activation_bytes: null, peak_activation_bytes: null },
  });
}
