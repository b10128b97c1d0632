/** A report with the roofline bound of each layer on a device: the least time that its peak figures allow. */

import type { Device } from "../contract/device.ts";
import type { Report, ReportFit, ReportLayer } from "../contract/report.ts";
import type { SimulatedLayer } from "../contract/separable.ts";
import { bytesPerValue } from "../cost/devices.ts";
import { needOf, overfull } from "../cost/fit.ts";
import { boundOf, trafficOf } from "../cost/roofline.ts";

/**
 * For one sample, or for several that share the weights. Layers that multiply nothing (norms, mostly) are left out:
 * compilers fuse them into their neighbours.
 */
export function withBounds(report: Report, device: Device, samples = 1): Report {
  const layers = report.layers.map((layer) => ({
    ...layer,
    ...boundFields(layer, device, samples),
    ...needFields(layer, device, samples),
  }));
  const counted = layers.filter(({ macs }) => macs !== 0);
  const known = counted.flatMap(({ bound_seconds: seconds }) => seconds ?? []);
  const sum = known.reduce((total, seconds) => total + seconds, 0);
  return {
    ...report,
    layers,
    roofline: {
      device,
      seconds: report.totals.macs === null || known.length < counted.length ? null : sum,
      known_seconds: sum,
      layers: counted.length,
      memory_bound_layers: counted.filter(({ bound_by: by }) => by === "memory").length,
      ...(hasRoom(device) && { fit: fitOf(report, layers, device) }),
    },
  };
}

function hasRoom({ memory, weight_memory: weights }: Device): boolean {
  return memory !== undefined || weights !== undefined;
}

function fitOf({ totals }: Report, layers: readonly ReportLayer[], device: Device): ReportFit {
  const weights = totals.params === null ? null : totals.params * bytesPerValue(device);
  const isOver = overfull({ activations: null, weights }, device).length > 0;
  return {
    layers_over_memory: layers.filter(({ does_not_fit: over }) => over?.includes("activations")).length,
    most_activation_bytes: Math.max(0, ...layers.map((layer) => layer.needs_activation_bytes ?? 0)),
    weight_bytes: weights,
    weights_fit: weights === null ? null : !isOver,
  };
}

type NeedFields = Pick<ReportLayer, "needs_activation_bytes" | "needs_weight_bytes" | "does_not_fit">;

function needFields(layer: SimulatedLayer, device: Device, samples: number): NeedFields {
  if (layer.macs === 0 || !hasRoom(device)) return {};
  const one = needOf(layer, device, layer.params, layer.swapped ? "separable" : "standard");
  const need = { ...one, activations: one.activations === null ? null : samples * one.activations };
  const over = overfull(need, device);
  return {
    needs_activation_bytes: need.activations,
    needs_weight_bytes: need.weights,
    ...(over.length > 0 && { does_not_fit: over }),
  };
}

function boundFields(
  layer: SimulatedLayer,
  device: Device,
  samples: number,
): Pick<ReportLayer, "bound_seconds" | "bound_by"> {
  const form = layer.swapped ? "separable" : "standard";
  const one = trafficOf(layer, layer, form, bytesPerValue(device));
  const traffic = one && { ...one, activationBytes: samples * one.activationBytes };
  const macs = layer.macs === null ? null : samples * layer.macs;
  const bound = macs === 0 ? undefined : boundOf(macs, traffic, device);
  return { bound_seconds: bound?.seconds ?? null, bound_by: bound?.by ?? null };
}
