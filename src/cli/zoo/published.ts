/** A report against what torchvision publishes of its weights: multiply-accumulates to three decimals, parameters. */
import type { Report } from "../../engine/contract/report.ts";
import { type Comparison, errorsIn } from "./compare.ts";

export interface Published {
  readonly name: string;
  readonly builder: string;
  /** What the builder is called with. */
  readonly args: string;
  readonly inputs: readonly (readonly number[])[];
  readonly gmacs: number;
  readonly params: number;
  /** What the data decides, so that a report must leave it open. */
  readonly open: "nothing" | "activations" | "macs";
}

interface PublishedFile {
  readonly data_dependent_macs: readonly string[];
  readonly data_dependent_activations: readonly string[];
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
    open: startsAs(file.data_dependent_macs, name)
      ? "macs"
      : startsAs(file.data_dependent_activations, name)
        ? "activations"
        : "nothing",
  }));
}

const startsAs = (starts: readonly string[], name: string): boolean =>
  starts.some((start) => name.startsWith(start));

export function comparePublished(published: Published, report: Report): Comparison {
  const problems = [...errorsIn(report)];
  const { macs, params, activation_bytes } = report.totals;
  const gmacs = macs === null ? null : Math.round(macs / 1e6) / 1e3;
  const expected = published.open === "macs" ? null : published.gmacs;
  const macsRight = gmacs === expected;
  const paramsRight = params === published.params;
  if (!macsRight) problems.push(`${gmacs ?? "unknown"} G MACs, should be ${expected ?? "unknown"}`);
  if (!paramsRight) problems.push(`params ${params}, should be ${published.params}`);
  const isOpen = published.open !== "nothing";
  if (isOpen && (report.complete || activation_bytes !== null)) {
    problems.push("called complete, although the data decides sizes");
  }
  if (!isOpen && !report.complete) {
    problems.push(`partial: ${report.diagnostics[0]?.message ?? "no reason given"}`);
  }
  return { right: 0, rows: 0, macsRight, paramsRight, problems };
}
