/** A report with the roofline bound of each layer on a device: the least time that its peak figures allow. */

import type { Device } from "../contract/device.ts";
import type { Report, ReportFit, ReportLayer } from "../contract/report.ts";
import { bytesPerValue } from "../cost/devices.ts";
import { needOf, overfull } from "../cost/fit.ts";
import { boundOf, trafficOf } from "../cost/roofline.ts";

/** Layers that multiply nothing (norms, mostly) are left out: compilers fuse them into their neighbours. */
export function withBounds(report: Report, device: Device): Report {
  const layers = report.layers.map((layer) => ({
    ...layer,
    ...boundFields(layer, device),
    ...needFields(layer, device),
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

function needFields(layer: ReportLayer, device: Device): NeedFields {
  if (layer.macs === 0 || !hasRoom(device)) return {};
  const need = needOf(layer, device);
  const over = overfull(need, device);
  return {
    needs_activation_bytes: need.activations,
    needs_weight_bytes: need.weights,
    ...(over.length > 0 && { does_not_fit: over }),
  };
}

function boundFields(layer: ReportLayer, device: Device): Pick<ReportLayer, "bound_seconds" | "bound_by"> {
  const traffic = trafficOf(layer, layer, "standard", bytesPerValue(device));
  const bound = layer.macs === 0 ? undefined : boundOf(layer.macs, traffic, device);
  return { bound_seconds: bound?.seconds ?? null, bound_by: bound?.by ?? null };
}
