/** Reports for the panel's tests, written by hand: only what a test is about, the rest is plausible. */
import type { Report, ReportLayer } from "../../src/engine/contract/report.ts";
import { layer } from "../layer.ts";

export { layer };

/** A layer that has no separable form. */
export function fixed(name: string, facts: Partial<ReportLayer> = {}): ReportLayer {
  return layer(name, {
    kind: "pointwise",
    swappable: false,
    separable_macs: null,
    separable_params: null,
    separable_trainable_params: null,
    ...facts,
  });
}

export function report(layers: readonly ReportLayer[], facts: Partial<Report> = {}): Report {
  const sum = (key: "macs" | "params"): number => layers.reduce((total, one) => total + (one[key] ?? 0), 0);
  return {
    version: 1,
    tool: "convlens 0.0.0",
    file: "model.py",
    language: "python",
    framework: "torch",
    network: "net",
    network_at: { file: "model.py", line: 1, column: 1 },
    networks: ["net"],
    input: { shapes: [[1, 3, 224, 224]], dtypes: ["float32"], origin: "default" },
    output: [[1, 1000]],
    complete: true,
    totals: {
      macs: sum("macs"),
      params: sum("params"),
      trainable_params: sum("params"),
      elementwise: 0,
      activation_bytes: 0,
      peak_activation_bytes: 0,
    },
    layers,
    diagnostics: [],
    ...facts,
  };
}
