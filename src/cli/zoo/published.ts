/** A report against what torchvision publishes of its weights: multiply-accumulates to three decimals, parameters. */
import type { Report } from "../../engine/report/contract.ts";
import { type Comparison, errorsIn } from "./compare.ts";

export interface Published {
  readonly name: string;
  readonly builder: string;
  /** What the builder is called with. */
  readonly args: string;
  readonly inputs: readonly (readonly number[])[];
  readonly gmacs: number;
  readonly params: number;
  /** The trained weights decide how much the network computes. */
  readonly isDataDependent: boolean;
}

interface PublishedFile {
  readonly data_dependent: readonly string[];
  readonly rows: readonly (readonly [
    name: string,
    builder: string,
    args: string,
    input: readonly (readonly number[])[],
    gmacs: number,
    params: number,
  ])[];
}

export function readPublished(text: string): readonly Published[] {
  const file = JSON.parse(text) as PublishedFile;
  return file.rows.map(([name, builder, args, inputs, gmacs, params]) => ({
    name: `${name} ${/\.(\w+)/.exec(args)?.[1]}`,
    builder,
    args,
    inputs,
    gmacs,
    params,
    isDataDependent: file.data_dependent.some((start) => name.startsWith(start)),
  }));
}

export function comparePublished(published: Published, report: Report): Comparison {
  const problems = [...errorsIn(report)];
  const { macs, params } = report.totals;
  const gmacs = macs === null ? null : Math.round(macs / 1e6) / 1e3;
  const macsRight = published.isDataDependent ? macs === null && !report.complete : gmacs === published.gmacs;
  const paramsRight = params === published.params;
  if (!macsRight) {
    problems.push(`${gmacs} G MACs, should be ${published.isDataDependent ? "unknown" : published.gmacs}`);
  }
  if (!paramsRight) problems.push(`params ${params}, should be ${published.params}`);
  if (!report.complete && !published.isDataDependent) {
    problems.push(`partial: ${report.diagnostics[0]?.message ?? "no reason given"}`);
  }
  return { right: 0, rows: 0, macsRight, paramsRight, problems };
}
