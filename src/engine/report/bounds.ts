/** A report with the roofline bound of each layer on a device: the least time that its peak figures allow. */

import type { Device } from "../contract/device.ts";
import type { Report, ReportLayer } from "../contract/report.ts";
import { bytesPerValue } from "../cost/devices.ts";
import { boundOf, trafficOf } from "../cost/roofline.ts";

/** Layers that multiply nothing (norms, mostly) are left out: compilers fuse them into their neighbours. */
export function withBounds(report: Report, device: Device): Report {
  const layers = report.layers.map((layer) => ({ ...layer, ...boundFields(layer, device) }));
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

function boundFields(layer: ReportLayer, device: Device): Pick<ReportLayer, "bound_seconds" | "bound_by"> {
  const traffic = trafficOf(layer, layer, "standard", bytesPerValue(device));
  const bound = layer.macs === 0 ? undefined : boundOf(layer.macs, traffic, device);
  return { bound_seconds: bound?.seconds ?? null, bound_by: bound?.by ?? null };
}
