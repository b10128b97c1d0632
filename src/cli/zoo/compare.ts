/** A report against what the real network measured: every convolution and linear row, and the totals. */
import type { Report, ReportLayer, ReportShape } from "../../engine/contract/report.ts";

/** Null stands for what the data decides: how many boxes a detector looks into. */
export interface TruthRow {
  readonly in: readonly (number | null)[];
  readonly out: readonly (number | null)[];
  readonly macs: number | null;
  readonly params: number;
}

export interface Truth {
  readonly model: string;
  readonly builder: string;
  /** What the builder was called with, beyond its defaults. */
  readonly args: string | undefined;
  readonly input: readonly number[];
  readonly macs: number | null;
  readonly params: number;
  readonly rows: ReadonlyMap<string, TruthRow>;
  /** Layers that have parameters and never ran by themselves. */
  readonly uncalled: ReadonlySet<string>;
}

export interface Comparison {
  readonly right: number;
  readonly rows: number;
  readonly macsRight: boolean;
  readonly paramsRight: boolean;
  /** What is wrong, in words. */
  readonly problems: readonly string[];
}

/** The form of a truth file, as far as it is read. */
interface TruthFile {
  readonly model: string;
  readonly builder: string;
  readonly args?: string;
  readonly input: readonly number[];
  readonly aten_macs: number | null;
  readonly params: number;
  readonly uncalled_with_params: readonly (readonly [name: string, type: string, params: number])[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export function readTruth(text: string): Truth {
  const file = JSON.parse(text) as TruthFile;
  const column = (name: string) => file.columns.indexOf(name);
  const rows = new Map<string, TruthRow>();
  for (const cells of file.rows) {
    const name = cells[column("name")] as string;
    const row = {
      in: cells[column("in")] as (number | null)[],
      out: cells[column("out")] as (number | null)[],
      macs: cells[column("macs")] as number | null,
      params: cells[column("params")] as number,
    };
    // A layer that ran more than once is paid each time.
    const before = rows.get(name);
    rows.set(name, before ? { ...before, macs: sum(before.macs, row.macs) } : row);
  }
  return {
    model: file.model,
    builder: file.builder,
    args: file.args,
    input: file.input,
    macs: file.aten_macs,
    params: file.params,
    rows,
    uncalled: new Set(file.uncalled_with_params.map(([name]) => name)),
  };
}

const sum = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);

export function compare(truth: Truth, report: Report): Comparison {
  const ours = new Map(report.layers.map((layer) => [layer.name, layer]));
  const problems = errorsIn(report);
  let right = 0;
  for (const [name, row] of truth.rows) {
    const problem = difference(row, ours.get(name));
    if (problem === undefined) right += 1;
    else problems.push(`${name}: ${problem}`);
  }
  for (const { name, op, macs } of report.layers) {
    const compared = op === "conv" || op === "conv_transpose" || op === "linear";
    if (compared && macs !== 0 && !truth.rows.has(name) && !truth.uncalled.has(name)) {
      problems.push(`${name}: not in the real network`);
    }
  }
  const { macs, params } = report.totals;
  if (macs !== truth.macs) problems.push(`total MACs ${macs}, should be ${truth.macs}`);
  if (params !== truth.params) problems.push(`total params ${params}, should be ${truth.params}`);
  if (report.complete && truth.macs === null)
    problems.push("called complete, although the data decides sizes");
  if (!report.complete && truth.macs !== null)
    problems.push(`partial: ${report.diagnostics[0]?.message ?? "no reason given"}`);
  return {
    right,
    rows: truth.rows.size,
    macsRight: macs === truth.macs,
    paramsRight: params === truth.params,
    problems,
  };
}

/** Every network of a zoo runs, so an error that is told of one is a false alarm. */
export function errorsIn({ diagnostics }: Report): string[] {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message, at }) => `false alarm: ${message} (${at.file}:${at.line})`);
}

function difference(row: TruthRow, layer: ReportLayer | undefined): string | undefined {
  if (!layer) return "missing";
  const [before, after] = [layer.in[0] ?? null, layer.out[0] ?? null];
  if (!same(before, row.in)) return `in ${show(before)}, should be ${show(row.in)}`;
  if (!same(after, row.out)) return `out ${show(after)}, should be ${show(row.out)}`;
  if (layer.macs !== row.macs) return `MACs ${layer.macs}, should be ${row.macs}`;
  if (layer.params !== row.params) return `params ${layer.params}, should be ${row.params}`;
  return undefined;
}

function same(shape: ReportShape, expected: readonly (number | null)[]): boolean {
  return shape?.length === expected.length && expected.every((size, axis) => shape[axis] === size);
}

function show(shape: ReportShape): string {
  return shape ? shape.map((size) => size ?? "?").join("x") : "?";
}
