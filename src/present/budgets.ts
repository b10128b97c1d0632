/** Whether a network keeps a budget, as far as its figures tell, and what is said where it does not. */
import type { Report } from "../engine/contract/report.ts";
import { formatBytes, formatCount, formatShare } from "../engine/formats/units.ts";
import type { Figure } from "../node/budgets.ts";
import type { Translate } from "./l10n.ts";

export interface Verdict {
  /** What is known of the figure: it is at least this, and at most that. */
  readonly least: number | null;
  readonly greatest: number | null;
  readonly verdict: "kept" | "exceeded" | "unknown";
}

interface Bound {
  readonly figure: Figure;
  readonly most: number;
}

/** Without a report, nothing is known. */
export function judge(report: Report | null, { figure, most }: Bound): Verdict {
  const [least, greatest] = report === null ? [null, null] : BOUNDS[figure](report);
  const verdict =
    greatest !== null && greatest <= most ? "kept" : least !== null && least > most ? "exceeded" : "unknown";
  return { least, greatest, verdict };
}

type Bounds = readonly [least: number | null, greatest: number | null];

const exactly = (value: number | null): Bounds => [value, value];

const BOUNDS: Readonly<Record<Figure, (report: Report) => Bounds>> = {
  macs: (report) => {
    const { totals } = report;
    if (totals.macs !== null) return exactly(totals.macs);
    return [leastMacs(report), totals.macs_at_most ?? null];
  },
  params: ({ totals }) => exactly(totals.params),
  peak_memory: ({ totals }) => exactly(totals.peak_activation_bytes),
  share: ({ totals, layers }) => {
    const { macs } = totals;
    if (macs === null) return exactly(null);
    return exactly(macs === 0 ? 0 : Math.max(0, ...layers.map((layer) => layer.macs ?? 0)) / macs);
  },
};

/** What is known of it and runs whatever the data is. */
export function leastMacs({ layers }: Report): number {
  return layers.reduce((sum, { macs, conditional }) => sum + (conditional ? 0 : (macs ?? 0)), 0);
}

/** `Net: 936 M MACs, over the budget of 300 M`; undefined where the budget is kept. */
export function budgetText(
  network: string,
  report: Report | null,
  bound: Bound,
  t: Translate,
): string | undefined {
  const { least, greatest, verdict } = judge(report, bound);
  if (verdict === "kept") return undefined;
  const shown = (value: number): string => shownFigure(value, bound.figure);
  const name = figureName(bound.figure, t);
  const most = shown(bound.most);
  if (verdict === "unknown")
    return t("{0}: {1} not known, so the budget of {2} cannot be checked", network, name, most);
  const now = least === greatest ? shown(least ?? 0) : t("at least {0}", shown(least ?? 0));
  return t("{0}: {1} {2}, over the budget of {3}", network, name, now, most);
}

function shownFigure(value: number, figure: Figure): string {
  if (figure === "share") return formatShare(value);
  return figure === "peak_memory" ? formatBytes(value) : formatCount(value);
}

function figureName(figure: Figure, t: Translate): string {
  switch (figure) {
    case "macs":
      return "MACs";
    case "params":
      return t("parameters");
    case "peak_memory":
      return t("peak activations");
    case "share":
      return t("largest layer's share");
  }
}
