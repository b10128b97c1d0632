/** Reports for tests, made by hand from what real torchvision networks measured (test/truth/torchvision_layers). */
import { readFileSync } from "node:fs";
import type { LayerKind, OpName, Report, ReportLayer } from "../../../src/engine/contract/report.ts";
import { SWAP_OBSTACLES, swapMacs, swapObstacle, swapParams } from "../../../src/engine/cost/separable.ts";

type Sizes = readonly number[];
type TruthRow = readonly [
  name: string,
  type: string,
  input: Sizes,
  output: Sizes,
  kernel: Sizes | number | null,
  stride: Sizes | number | null,
  padding: Sizes | number | null,
  dilation: Sizes | number | null,
  groups: number | null,
  macs: number,
  params: number,
];

interface Truth {
  readonly model: string;
  readonly input: Sizes;
  readonly output: Sizes;
  readonly params: number;
  readonly aten_macs: number;
  readonly rows: readonly TruthRow[];
}

const OPS: Readonly<Record<string, OpName>> = { Conv2d: "conv", Linear: "linear", BatchNorm2d: "norm" };

export function truthReport(name: string): Report {
  const file = new URL(`../../truth/torchvision_layers/${name}.json`, import.meta.url);
  const truth = JSON.parse(readFileSync(file, "utf8")) as Truth;
  const layers = truth.rows
    .filter(([, , , , , , , , , macs, params]) => macs > 0 || params > 0)
    .map(truthLayer);
  return {
    version: 1,
    tool: "convlens 0.0.0",
    file: `models/${name}.py`,
    language: "python",
    framework: "torch",
    network: truth.model,
    network_at: { file: `models/${name}.py`, line: 1, column: 1 },
    networks: [truth.model],
    input: { shapes: [truth.input], dtypes: ["float32"], origin: "default" },
    output: [truth.output],
    complete: true,
    totals: {
      macs: truth.aten_macs,
      params: truth.params,
      trainable_params: truth.params,
      elementwise: 0,
      activation_bytes: 0,
      peak_activation_bytes: 0,
    },
    layers,
    diagnostics: [],
  };
}

function truthLayer(row: TruthRow, index: number): ReportLayer {
  const [name, type, input, output, kernel, stride, padding, dilation, groups, macs, params] = row;
  const op = OPS[type] ?? "other";
  const [, inChannels = 0] = input;
  const [, outChannels = 0, ...space] = output;
  const kernelElements = list(kernel)?.reduce((a, b) => a * b, 1) ?? 1;
  const conv = { inChannels, outChannels, kernelElements };
  const stem = inChannels === 3;
  const obstacle =
    op === "conv" ? swapObstacle({ ...conv, groups: groups ?? 1, transposed: false, stem }) : undefined;
  const swappable = op === "conv" && obstacle === undefined;
  const positions = space.reduce((a, b) => a * b, 1);
  return {
    name,
    type,
    op,
    kind:
      op === "conv" ? convKind(kernelElements, groups ?? 1, inChannels) : op === "linear" ? "linear" : "norm",
    in: [input],
    out: [output],
    kernel: list(kernel),
    stride: list(stride),
    padding: list(padding),
    dilation: list(dilation),
    groups,
    in_channels: op === "conv" ? inChannels : null,
    out_channels: op === "conv" ? outChannels : null,
    bias: op === "conv" ? params > macs / positions : null,
    macs,
    params,
    trainable_params: params,
    elementwise: 0,
    activation_bytes: 0,
    calls: 1,
    at: { file: "models/net.py", line: index + 1, column: 9 },
    path: [],
    called_at: null,
    swappable,
    ...(obstacle && { not_swappable: SWAP_OBSTACLES[obstacle] }),
    separable_macs: swappable ? swapMacs(conv, positions).separable : null,
    separable_params: swappable ? swapParams(conv, { bias: false, normVectors: 2 }).separable : null,
    separable_trainable_params: swappable
      ? swapParams(conv, { bias: false, normVectors: 2 }).separable
      : null,
  };
}

function convKind(kernelElements: number, groups: number, inChannels: number): LayerKind {
  if (groups > 1) return groups === inChannels ? "depthwise" : "grouped";
  return kernelElements === 1 ? "pointwise" : "standard";
}

function list(sizes: Sizes | number | null): Sizes | null {
  return typeof sizes === "number" ? [sizes, sizes] : sizes;
}
