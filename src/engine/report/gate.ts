/**
 * The last look at a report: a figure that cannot be (negative, no whole number, not finite, beyond what a number can
 * count exactly) is never shown. It becomes null, and so do the totals that it has a part in; the layer says so.
 */
import { emptyTable, entryOf, type Table } from "../base/table.ts";
import type {
  NeverRunLayer,
  Place,
  Report,
  ReportDiagnostic,
  ReportLayer,
  ReportShape,
} from "../contract/report.ts";

export const IMPOSSIBLE = "impossible-figure";

type Totals = keyof Report["totals"];

/** Figures that are counted, with the totals that they have a part in. */
const COUNTS: Readonly<Record<string, readonly Totals[]>> = {
  macs: ["macs"],
  macs_at_most: ["macs_at_most"],
  params: ["params"],
  trainable_params: ["trainable_params"],
  elementwise: ["elementwise"],
  activation_bytes: ["activation_bytes", "peak_activation_bytes"],
  peak_activation_bytes: [],
  read_values: [],
  written_values: [],
  separable_macs: [],
  separable_params: [],
  separable_trainable_params: [],
};

/** What a constructor was given: whole numbers, at least these. */
const SIZES: Readonly<Record<string, number>> = {
  kernel: 0,
  stride: 1,
  // JAX crops with padding below zero.
  padding: Number.MIN_SAFE_INTEGER,
  dilation: 1,
  groups: 1,
  in_channels: 0,
  out_channels: 0,
};

/** The report itself when nothing in it is impossible. `at`: where a diagnostic stands that belongs to no layer. */
export function passGate(report: Report, at: Place): Report {
  const gate = new Gate();
  const layers = gate.each(report.layers, (layer) => gate.layer(layer));
  const idle = report.never_run && gate.each(report.never_run, (layer) => gate.layer(layer));
  const whole = gate.checked(report.totals);
  const output = gate.shapes(report.output, "the output");
  gate.tell(report.network, at);
  const input = gate.shapes(report.input.shapes, "the input");
  gate.tell(report.network, at);
  if (gate.diagnostics.length === 0) return report;
  const totals = { ...whole };
  for (const name of gate.lost) totals[name] = null;
  return {
    ...report,
    input: { ...report.input, shapes: input },
    output,
    complete: false,
    totals,
    layers,
    ...(idle && { never_run: idle }),
    diagnostics: [...report.diagnostics, ...gate.diagnostics],
  };
}

class Gate {
  readonly diagnostics: ReportDiagnostic[] = [];
  readonly lost = new Set<Totals>();
  /** What was found since the last diagnostic: `macs -8`. */
  private found: string[] = [];

  /** The list itself when all of it stays as it is. */
  each<T>(items: readonly T[], check: (item: T) => T): readonly T[] {
    let changed = false;
    const checked = items.map((item) => {
      const result = check(item);
      changed ||= result !== item;
      return result;
    });
    return changed ? checked : items;
  }

  layer<T extends ReportLayer | NeverRunLayer>(layer: T): T {
    let checked = this.checked(layer);
    if ("in" in checked) {
      const [taken, given] = [this.shapes(checked.in, "its input"), this.shapes(checked.out, "its output")];
      if (taken !== checked.in || given !== checked.out) checked = { ...checked, in: taken, out: given };
    }
    this.tell(layer.name, layer.at);
    return checked;
  }

  /** Counts and sizes of a layer or of the totals. */
  checked<T extends object>(figures: T): T {
    let bad: Table<null> | undefined;
    for (const [name, value] of Object.entries(figures)) {
      if (value === null || isPossible(name, value)) continue;
      bad ??= emptyTable();
      bad[name] = null;
      this.found.push(`${name} ${value}`);
      for (const total of entryOf(COUNTS, name) ?? []) this.lost.add(total);
    }
    return bad ? { ...figures, ...bad } : figures;
  }

  shapes(shapes: readonly ReportShape[], what: string): readonly ReportShape[] {
    return this.each(shapes, (shape) => {
      if (shape === null || shape.every((dim) => dim === null || isSize(dim, 0))) return shape;
      this.found.push(`the shape ${shape.map((dim) => dim ?? "?").join("×")} of ${what}`);
      return shape.map((dim) => (isSize(dim, 0) ? dim : null));
    });
  }

  /** One diagnostic for all that was found since the last. */
  tell(who: string, at: Place): void {
    if (this.found.length === 0) return;
    const message = `${who}: no layer can have ${this.found.join(", ")}; what cannot be is left out`;
    this.diagnostics.push({ severity: "error", code: IMPOSSIBLE, message, at });
    this.found = [];
  }
}

function isPossible(name: string, value: unknown): boolean {
  if (Object.hasOwn(COUNTS, name)) return value === undefined || isSize(value, 0);
  const least = entryOf(SIZES, name);
  if (least === undefined) return true;
  return Array.isArray(value) ? value.every((size) => isSize(size, least)) : isSize(value, least);
}

function isSize(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}
