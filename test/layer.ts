/** A 3×3 convolution of 64 channels at 56×56, as one row of a report; a test says what is different of its own. */
import type { ReportLayer } from "../src/engine/contract/report.ts";

export function layer(name: string, facts: Partial<ReportLayer> = {}): ReportLayer {
  return {
    name,
    type: "Conv2d",
    op: "conv",
    kind: "standard",
    in: [[1, 64, 56, 56]],
    out: [[1, 64, 56, 56]],
    kernel: [3, 3],
    stride: [1, 1],
    padding: [1, 1],
    dilation: [1, 1],
    groups: 1,
    in_channels: 64,
    out_channels: 64,
    bias: false,
    macs: 115_605_504,
    params: 36_864,
    trainable_params: 36_864,
    elementwise: 0,
    activation_bytes: 802_816,
    calls: 1,
    at: { file: "model.py", line: 1, column: 1 },
    path: [],
    called_at: null,
    swappable: true,
    separable_macs: 14_651_392,
    separable_params: 4_672,
    separable_trainable_params: 4_672,
    ...facts,
  };
}
