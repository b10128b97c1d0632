/** Small programs against real Keras 3.15: each layer's name, class and weights, and the model's outputs and totals. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { profile } from "../../profile.ts";

interface Truth {
  readonly title: string;
  readonly code: string;
  /** Layers with weights: name, class, number of weights. */
  readonly rows: readonly (readonly [string, string, number])[];
  readonly out: readonly (readonly (number | null)[])[];
  readonly params: number;
  readonly trainable: number;
}

const truths = JSON.parse(
  readFileSync(new URL("../../../truth/keras_models.json", import.meta.url), "utf8"),
) as readonly Truth[];

const byName = (rows: readonly (readonly [string, string, number | null])[]): typeof rows =>
  [...rows].sort(([a], [b]) => (a < b ? -1 : 1));

describe("models of Keras", () => {
  it.each(truths.map((truth) => [truth.title, truth] as const))("%s", (_, truth) => {
    const report = profile(truth.code, { model: "net" });
    expect(report.diagnostics.map(({ message }) => message)).toEqual([]);
    expect(report.complete).toBe(true);
    expect(report.output.map((shape) => shape?.slice(1))).toEqual(truth.out.map((shape) => shape.slice(1)));
    const rows = report.layers.filter(({ params }) => params !== 0);
    expect(byName(rows.map(({ name, type, params }) => [name, type, params] as const))).toEqual(
      byName(truth.rows),
    );
    expect([report.totals.params, report.totals.trainable_params]).toEqual([truth.params, truth.trainable]);
  });
});
