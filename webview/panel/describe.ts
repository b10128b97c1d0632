/** A layer in words, for tooltips, the read-out and screen readers. */
import type { ReportLayer } from "../../src/engine/contract/report.ts";
import { formatSeconds } from "../../src/engine/formats/units.ts";
import { count, dims, share } from "../../src/present/text.ts";
import { formatChange } from "../shared/format.ts";
import type { Translate } from "../shared/l10n.ts";
import { attainable, type Device, intensityOf, leastSeconds, ridgeOf } from "./roofline.ts";
import { canSwap, canSwapAny, eligible, type Row, savingOf, sumMacs } from "./rows.ts";
import type { Scene } from "./scene.ts";
import { isFullSize } from "./state.ts";

/** `3×3, stride 2`; what is usual is left out. */
export function describeKernel(layer: ReportLayer, t: Translate): string {
  if (layer.kernel === null) return "";
  const parts = [layer.kernel.join("×")];
  const unusual = (sizes: readonly number[] | null): sizes is readonly number[] =>
    sizes?.some((size) => size !== 1) ?? false;
  if (unusual(layer.stride)) parts.push(t("layer.stride", sizesText(layer.stride)));
  if (unusual(layer.dilation)) parts.push(t("layer.dilation", sizesText(layer.dilation)));
  if (layer.groups !== null && layer.groups > 1) parts.push(t("layer.groups", layer.groups));
  return parts.join(", ");
}

/** One number when all axes agree. */
function sizesText(sizes: readonly number[]): string {
  return sizes.every((size) => size === sizes[0]) ? String(sizes[0]) : sizes.join("×");
}

export function shareOf(row: Row, scene: Scene): number | null {
  const whole = scene.totals.after.macs ?? null;
  return row.after.macs === null || whole === null || whole === 0 ? null : row.after.macs / whole;
}

/** `116 M MACs, 36.9 k params, 2.8 %`, and what the swap did. */
export function describeCost(row: Row, scene: Scene): string {
  const part = shareOf(row, scene);
  const params = row.after.params === null ? scene.t("figure.unknown") : count(row.after.params);
  const parts = [`${scene.text(row.after.macs)} ${scene.state.unit}`, `${params} ${scene.t("table.params")}`];
  if (part !== null) parts.push(share(part));
  if (row.changed && row.before.macs !== null && row.after.macs !== null) {
    parts.push(`${scene.text(row.before.macs)} → ${formatChange(row.before.macs, row.after.macs)}`);
  }
  return parts.join(" · ");
}

/** `Conv2d 3×3, stride 2 · 1×128×56×56 → 1×128×28×28`. */
export function describeLayer(row: Row, t: Translate): string {
  const { layer } = row;
  const kernel = describeKernel(layer, t);
  const parts = [kernel ? `${layer.type} ${kernel}` : layer.type];
  if (layer.in.length > 0) parts.push(`${layer.in.map(dims).join(", ")} → ${layer.out.map(dims).join(", ")}`);
  if (layer.calls > 1) parts.push(t("layer.calls", layer.calls));
  if (layer.conditional) parts.push(t("layer.conditional"));
  return parts.join(" · ");
}

/** Why a layer's box cannot be ticked, or what to know before ticking it. */
export function describeSwap(row: Row, t: Translate): string {
  const { layer } = row;
  const obstacle = layer.not_swappable ?? t(layer.swappable ? "swap.why.unknown" : "swap.why.kind");
  if (!canSwap(layer)) return obstacle;
  return row.eligible ? t("swap.layer", layer.name) : obstacle;
}

/** What the swaps save, or would save, in one sentence. */
export function describeSwaps({ t, state, text, totals, rows }: Scene): string {
  const candidates = eligible(rows);
  const swapped = candidates.filter((row) => row.swapped);
  const { before, after } = totals;
  if (candidates.length === 0) return t(canSwapAny(rows) ? "insight.stem" : "insight.none");
  if (!before.macs || after.macs === null) {
    const saved = sumMacs(swapped, "before") - sumMacs(swapped, "after");
    return t("insight.partial", swapped.length, candidates.length, text(saved), state.unit);
  }
  const saved = share(Math.max(0, before.macs - after.macs) / before.macs);
  if (!isFullSize(state.scaling)) {
    const { alpha, rho } = state.scaling;
    const shown = [alpha, rho].map((factor) => Number(factor.toFixed(3)));
    return t("insight.scaled", ...shown, swapped.length, candidates.length, saved, state.unit);
  }
  if (swapped.length > 0) {
    return t("insight.swapped", swapped.length, candidates.length, saved, state.unit);
  }
  const saving = candidates.reduce((sum, row) => sum + savingOf(row.layer), 0);
  const part = share(sumMacs(candidates, "before") / before.macs);
  return t(
    candidates.length === 1 ? "insight.swap.one" : "insight.swap",
    candidates.length,
    part,
    state.unit,
    share(saving / before.macs),
  );
}

/** What became of the budget that was asked for. */
export function describeReach({ t, reach, state, text, totals, waiting }: Scene): string {
  if (reach === null) return "";
  const budget = `${text(reach.macs)} ${state.unit}`;
  if (reach.outcome === "waiting" || (reach.outcome === "reached" && waiting))
    return t("reach.waiting", budget);
  if (reach.outcome === "none") return reach.reason ?? t("reach.none", budget);
  const { alpha, rho } = state.scaling;
  return isFullSize(state.scaling)
    ? t("reach.swaps", budget, state.swaps.size, text(totals.after.macs))
    : t("reach.scaled", budget, state.swaps.size, alpha, Number(rho.toFixed(3)), text(totals.after.macs));
}

/** How fast a device could be at best, and what holds it: a bound, never a prediction. */
export function describeBound(row: Row, device: Device, t: Translate): string | null {
  const intensity = intensityOf(row, device);
  if (intensity === null || row.after.macs === null) return null;
  const seconds = (2 * row.after.macs) / attainable(device, intensity);
  const limit = intensity < ridgeOf(device) ? "chart.memory-bound" : "chart.compute-bound";
  return t("bound.layer", formatSeconds(seconds), device.name, t(limit));
}

/** What the device could do at best with all of them, and with the swap. */
export function describeBounds({ charted, device, state, t, totals }: Scene): string {
  const after = leastSeconds(charted, device, "after");
  const before = leastSeconds(charted, device, "before");
  if (charted.some((row) => row.changed) && totals.after.macs && totals.before.macs) {
    const fewer = (sumMacs(charted, "before") / sumMacs(charted, "after")).toFixed(1);
    const faster = (before / after).toFixed(1);
    return t(
      "bound.total",
      device.name,
      formatSeconds(before),
      formatSeconds(after),
      fewer,
      state.unit,
      faster,
    );
  }
  if (device.bandwidth === null) return t("bound.operations", device.name, formatSeconds(after));
  const waiting = charted.filter(
    (row) => (intensityOf(row, device) ?? Number.POSITIVE_INFINITY) < ridgeOf(device),
  );
  return t("bound.now", device.name, formatSeconds(after), waiting.length, charted.length);
}

/** The last part of a path; a number alone says nothing, so it keeps its parent: `layer3.0`. */
export function shortOf(path: string): string {
  const parts = path.split(".");
  return parts.slice(/^\d+$/.test(parts.at(-1) ?? "") ? -2 : -1).join(".");
}
