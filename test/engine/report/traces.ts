/** Traces for tests, made by hand: a small notation for what a program would have run. */

import type { Report } from "../../../src/engine/contract/report.ts";
import { convMacs } from "../../../src/engine/cost/convolution.ts";
import { convOutputSize } from "../../../src/engine/cost/geometry.ts";
import { batchAtFront } from "../../../src/engine/inputs/batchAxis.ts";
import type {
  ConvGeometry,
  LayerScope,
  OpCost,
  OpRecord,
  Site,
} from "../../../src/engine/interpret/trace.ts";
import { ClassValue, type Dim, Instance, Tensor } from "../../../src/engine/interpret/values.ts";
import { buildReport, type ReportSource } from "../../../src/engine/report/build.ts";
import type { Span } from "../../../src/engine/syntax/span.ts";

export function span(line: number, column = 1): Span {
  return { file: "net.py", line, column, endLine: line, endColumn: column + 4 };
}

export function site(line: number, caller?: Site): Site {
  return { at: span(line), caller };
}

export function tensor(...shape: Dim[]): Tensor {
  return new Tensor(shape);
}

export function parameter(...shape: Dim[]): Tensor {
  const made = new Tensor(shape);
  made.parameter = { trainable: true };
  return made;
}

export class TraceMaker {
  readonly ops: OpRecord[] = [];
  readonly names = new Map<Instance, string>();
  readonly parameters: Tensor[] = [];
  readonly network = this.instance("Net", "", false);

  /** An instance of a framework's layer, or of a class of the program. */
  instance(type: string, name: string, layer = true, made?: Site): Instance {
    const cls = new ClassValue(type, [], new Map());
    cls.native = { layer };
    const instance = new Instance(cls);
    if (made) instance.site = made;
    this.names.set(instance, name);
    return instance;
  }

  weights(...weights: Tensor[]): Tensor[] {
    this.parameters.push(...weights);
    return weights;
  }

  /** One run of a layer inside the network. */
  scope(instance: Instance): LayerScope {
    return { instance, parent: { instance: this.network, parent: undefined } };
  }

  record(
    cost: Partial<OpCost> & { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[] },
    at: Partial<OpRecord> = {},
  ): void {
    this.ops.push({
      op: "other",
      name: "op",
      weights: [],
      macs: 0,
      elementwise: 0,
      index: this.ops.length,
      scope: { instance: this.network, parent: undefined },
      site: undefined,
      conditional: false,
      ...cost,
      ...at,
    });
  }

  /** Conv2d with a square kernel, "same"-like padding; `image` in, answer out. */
  conv(name: string, image: Tensor, outChannels: number, change: Partial<ConvGeometry> = {}): Tensor {
    const [samples, inChannels, size] = image.shape as readonly [number, number, number];
    const geometry: ConvGeometry = {
      kernel: [3, 3],
      stride: [1, 1],
      padding: [
        [1, 1],
        [1, 1],
      ],
      dilation: [1, 1],
      groups: 1,
      inChannels,
      outChannels,
      bias: false,
      transposed: false,
      ...change,
    };
    const {
      kernel: [kernel = 1],
      stride: [stride = 1],
      padding: [[before, after] = [0, 0]],
      groups,
    } = geometry;
    const out = convOutputSize(size, kernel, stride, before, after, 1);
    const output = tensor(samples, outChannels, out, out);
    const weights = this.weights(parameter(outChannels, inChannels / groups, kernel, kernel));
    if (geometry.bias) weights.push(...this.weights(parameter(outChannels)));
    this.record(
      {
        op: "conv",
        name: "conv2d",
        inputs: [image],
        outputs: [output],
        weights,
        macs: convMacs(samples * (out as number) ** 2, inChannels, outChannels, groups, kernel ** 2),
        geometry,
      },
      { scope: this.scope(this.instance("Conv2d", name)) },
    );
    return output;
  }

  batchNorm(name: string, input: Tensor): Tensor {
    const [samples = 1, channels = 1, ...space] = input.shape as readonly Dim[];
    const output = tensor(samples, channels, ...space);
    const mean = parameter(channels);
    mean.parameter = { trainable: false, buffer: true };
    const weights = [...this.weights(parameter(channels), parameter(channels)), mean];
    this.record(
      { op: "norm", name: "batch_norm", inputs: [input], outputs: [output], weights },
      { scope: this.scope(this.instance("BatchNorm2d", name)) },
    );
    return output;
  }

  report(inputs: readonly Tensor[], outputs: readonly Tensor[], change: Partial<ReportSource> = {}): Report {
    return buildReport({
      tool: "convlens 0.0.0",
      file: "net.py",
      language: "python",
      framework: "torch",
      network: "Net",
      networkAt: span(1),
      networks: ["Net"],
      input: { shapes: [], dtypes: [], origin: "default" },
      batch: batchAtFront(1),
      trace: { ops: this.ops, diagnostics: [], gaps: [], assumptions: [] },
      inputs,
      outputs,
      names: this.names,
      parameters: this.parameters,
      ...change,
    });
  }
}
