/**
 * `node dist/zoo.mjs SOURCES TRUTH [BUILDER…]`: profiles builders from the model code under SOURCES, in one process.
 * Those with a file in TRUTH/torchvision_layers are compared with what the real network measured, row by row; all
 * that TRUTH/torchvision.json lists, with the totals that torchvision publishes. Where SOURCES hold Keras, those in
 * TRUTH/keras_applications.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ProfileOptions } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";
import { createEngine } from "../engine/engine.ts";
import { createNodeHost } from "../node/host.ts";
import { loadParsers } from "../node/wasm.ts";
import { type Comparison, compare, readTruth } from "./zoo/compare.ts";
import { comparePublished, readPublished } from "./zoo/published.ts";

const SHOWN_PROBLEMS = 3;

const [sources, truthFolder, ...filters] = process.argv.slice(2);
if (!sources || !truthFolder) {
  console.error("usage: zoo SOURCES TRUTH [BUILDER…]");
  process.exit(2);
}

/** One network to profile, and the truth to compare its report with. */
interface Case {
  readonly label: string;
  /** `torchvision.models.video.s3d` */
  readonly builder: string;
  readonly options: ProfileOptions;
  readonly rows: number;
  compare(report: Report): Comparison;
}

interface Line extends Comparison {
  readonly milliseconds: number;
}

const engine = createEngine({ host: createNodeHost({ folders: [sources] }), parsers: await loadParsers() });
const wanted = (name: string) => filters.length === 0 || filters.some((filter) => name.includes(filter));
const holds = (name: string) => existsSync(path.join(sources, name));
const tables = [
  ...(holds("torchvision")
    ? [
        table("measured, every row", measuredCases(path.join(truthFolder, "torchvision_layers"), wanted)),
        table("published totals", publishedCases(path.join(truthFolder, "torchvision.json"), wanted)),
      ]
    : []),
  ...(holds("keras")
    ? [
        table(
          "keras.applications, every row",
          measuredCases(path.join(truthFolder, "keras_applications"), wanted),
        ),
      ]
    : []),
];
process.exitCode = tables.every((allRight) => allRight) ? 0 : 1;

function measuredCases(folder: string, wanted: (name: string) => boolean): Case[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .filter(wanted)
    .map((label) => {
      const truth = readTruth(readFileSync(path.join(folder, `${label}.json`), "utf8"));
      return {
        label,
        builder: truth.builder,
        options: {
          model: truth.model,
          input: [truth.input.join("x")],
          ...(truth.args === undefined ? {} : { args: truth.args }),
        },
        rows: truth.rows.size,
        compare: (report) => compare(truth, report),
      };
    });
}

function publishedCases(file: string, wanted: (name: string) => boolean): Case[] {
  return readPublished(readFileSync(file, "utf8"))
    .filter(({ name }) => wanted(name))
    .map((published) => ({
      label: published.name,
      builder: published.builder,
      options: {
        model: published.builder.split(".").at(-1) ?? "",
        args: published.args,
        input: published.inputs.map((shape) => shape.join("x")),
      },
      rows: 0,
      compare: (report) => comparePublished(published, report),
    }));
}

/** Prints a line for each network and what is wrong with it; says whether nothing is. */
function table(title: string, cases: readonly Case[]): boolean {
  if (cases.length === 0) return true;
  print([title, "rows", "of", "MACs", "params", "ms"]);
  const absent: string[] = [];
  const lines = cases.flatMap((one) => {
    const line = run(one);
    if (line) show(one, line);
    else absent.push(one.label);
    return line ? [line] : [];
  });
  const right = lines.filter(({ problems }) => problems.length === 0).length;
  const total = (pick: (line: Line) => number) => lines.reduce((sum, line) => sum + pick(line), 0);
  const rows = total(({ rows }) => rows);
  console.log(
    `${right} of ${lines.length} right${rows > 0 ? `, ${total(({ right }) => right)} of ${rows} rows` : ""}, ` +
      `${(total(({ milliseconds }) => milliseconds) / 1000).toFixed(1)} s`,
  );
  if (absent.length > 0) console.log(`not in these sources: ${absent.join(", ")}`);
  console.log();
  return right === lines.length;
}

function show({ label }: Case, line: Line): void {
  const mark = (ok: boolean) => (ok ? "ok" : "WRONG");
  const rows = line.rows > 0 ? [String(line.right), String(line.rows)] : ["", ""];
  print([label, ...rows, mark(line.macsRight), mark(line.paramsRight), line.milliseconds.toFixed(0)]);
  for (const problem of line.problems.slice(0, SHOWN_PROBLEMS)) console.log(`    ${problem}`);
  if (line.problems.length > SHOWN_PROBLEMS)
    console.log(`    and ${line.problems.length - SHOWN_PROBLEMS} more`);
}

/** Undefined when the sources have no such builder: another version's. */
function run({ builder, options, rows, compare }: Case): Line | undefined {
  const file = definingFile(builder);
  if (!file) return undefined;
  const start = performance.now();
  const result = engine.profile(file, options);
  const milliseconds = performance.now() - start;
  if (result.ok) return { ...compare(result.report), milliseconds };
  return { right: 0, rows, macsRight: false, paramsRight: false, problems: [result.reason], milliseconds };
}

/** `torchvision.models.video.s3d` → the file under `torchvision/models/video` or its parents that says `def s3d(`. */
function definingFile(builder: string): string | undefined {
  const parts = builder.split(".");
  const name = parts.pop();
  while (parts.length > 1) {
    const folder = path.join(sources ?? "", ...parts);
    const files = existsSync(folder) ? readdirSync(folder) : [];
    const found = files
      .filter((file) => file.endsWith(".py"))
      .map((file) => path.join(folder, file))
      .find((file) => readFileSync(file, "utf8").includes(`\ndef ${name}(`));
    if (found) return found;
    parts.pop();
  }
  return undefined;
}

function print([label = "", ...figures]: readonly string[]): void {
  console.log(label.padEnd(56) + figures.map((figure) => figure.padStart(8)).join(""));
}
