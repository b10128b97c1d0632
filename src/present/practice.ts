/** What a layer's figures mean in practice: bytes against operations on a device, and the workspace's α and ρ. */

import type { Device } from "../engine/contract/device.ts";
import type { ReportLayer } from "../engine/contract/report.ts";
import { DEVICES } from "../engine/cost/devices.ts";
import { intensityOf, ridgeOf, trafficOf } from "../engine/cost/roofline.ts";
import { scaleChannels, scaleResolution } from "../engine/cost/separable.ts";
import type { CostOptions } from "./cost.ts";
import { type ConvTerms, depthwise, pointwise, standard } from "./formula.ts";
import { count, inUnit } from "./text.ts";

export interface PracticeOptions extends CostOptions {
  /** The workspace's multipliers; 1 when absent. */
  readonly alpha?: number;
  readonly rho?: number;
  /** The user's own devices. */
  readonly devices?: readonly Device[];
}

/** How many operations a byte buys, as written and swapped, beside what a device needs to be kept busy. */
export function intensityText(layer: ReportLayer, { t, unit, devices = [] }: PracticeOptions): string[] {
  const own = intensityOf(layer.macs, trafficOf(layer));
  if (own === undefined) return [];
  const { separable_macs: macs, separable_params: params } = layer;
  const swapped = layer.swappable
    ? intensityOf(macs, trafficOf(layer, { macs, params }, "separable"))
    : undefined;
  const device = devices[0] ?? DEVICES[0];
  // Both are counted in FLOPs.
  const shown = (flops: number): string => rounded(unit === "FLOPs" ? flops : flops / 2);
  return [
    swapped === undefined
      ? t("Arithmetic intensity {0} {1} a byte", shown(own), unit)
      : t(
          "Arithmetic intensity {0} {1} a byte, {2} as depthwise and pointwise",
          shown(own),
          unit,
          shown(swapped),
        ),
    ...(device ? [t("{0} is memory bound below {1}", device.name, shown(ridgeOf(device)))] : []),
  ];
}

/** The layer at the workspace's α and ρ: channels of an image stay, sizes are rounded. */
export function multipliersText(layer: ReportLayer, terms: ConvTerms, options: PracticeOptions): string[] {
  const { t, unit, alpha = 1, rho = 1 } = options;
  if ((alpha === 1 && rho === 1) || layer.kind !== "standard") return [];
  const image = !layer.swappable && layer.separable_macs !== null;
  const scaled: ConvTerms = {
    ...terms,
    positions: terms.positions.map((size) => scaleResolution(size, rho)),
    inChannels: image ? terms.inChannels : scaleChannels(terms.inChannels, alpha, "none"),
    outChannels: scaleChannels(terms.outChannels, alpha, "none"),
  };
  const figures = [standard(scaled).macs, depthwise(scaled).macs + pointwise(scaled).macs];
  const [whole, split] = figures.map((macs) => count(inUnit(macs, unit)));
  return [
    t(
      "With α {0} and ρ {1}: {2} {4}, {3} as depthwise and pointwise",
      alpha,
      short(rho),
      whole ?? "",
      split ?? "",
      unit,
    ),
  ];
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function short(value: number): number {
  return Number(value.toFixed(3));
}
