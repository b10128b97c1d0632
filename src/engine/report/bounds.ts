/** A report with the roofline bound of each layer on a device: the least time that its peak figures allow. */

import type { Device } from "../contract/device.ts";
import type { Report, ReportLayer } from "../contract/report.ts";
import type { SimulatedLayer } from "../contract/separable.ts";
import { bytesPerValue } from "../cost/devices.ts";
import { boundOf, trafficOf } from "../cost/roofline.ts";

/**
 * For one sample, or for several that share the weights. Layers that multiply nothing (norms, mostly) are left out:
 * compilers fuse them into their neighbours.
 */
export function withBounds(report: Report, device: Device, samples = 1): Report {
  const layers = report.layers.map((layer) => ({ ...layer, ...boundFields(layer, device, samples) }));
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
    },
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
