/**
 * `node dist/zoo.mjs SOURCES TRUTH [BUILDER…]`: profiles every builder that TRUTH has a file of from the model code
 * under SOURCES, in one process, and compares it with what the real network measured, row by row.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/engine.types.ts";
import { createNodeHost } from "../node/host.ts";
import { loadParsers } from "../node/wasm.ts";
import { type Comparison, compare, readTruth, type Truth } from "./zoo/compare.ts";

const SHOWN_PROBLEMS = 3;

const [sources, truthFolder, ...filters] = process.argv.slice(2);
if (!sources || !truthFolder) {
  console.error("usage: zoo SOURCES TRUTH [BUILDER…]");
  process.exit(2);
}

interface Line extends Comparison {
  readonly label: string;
  readonly milliseconds: number;
}

const engine = createEngine({ host: createNodeHost({ folders: [sources] }), parsers: await loadParsers() });
const names = readdirSync(truthFolder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length))
  .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)));

print(["builder", "rows", "of", "MACs", "params", "ms"]);
const lines = names.map((name) => {
  const truth = readTruth(readFileSync(path.join(truthFolder, `${name}.json`), "utf8"));
  const line = run(engine, sources, name, truth);
  const mark = (ok: boolean) => (ok ? "ok" : "WRONG");
  print([
    line.label,
    String(line.right),
    String(line.rows),
    mark(line.macsRight),
    mark(line.paramsRight),
    line.milliseconds.toFixed(0),
  ]);
  for (const problem of line.problems.slice(0, SHOWN_PROBLEMS)) console.log(`    ${problem}`);
  if (line.problems.length > SHOWN_PROBLEMS)
    console.log(`    and ${line.problems.length - SHOWN_PROBLEMS} more`);
  return line;
});

const right = lines.filter(({ problems }) => problems.length === 0).length;
const total = (pick: (line: Line) => number) => lines.reduce((sum, line) => sum + pick(line), 0);
console.log(
  `${right} of ${lines.length} builders right, ${total(({ right }) => right)} of ${total(({ rows }) => rows)} rows, ` +
    `${(total(({ milliseconds }) => milliseconds) / 1000).toFixed(1)} s`,
);
process.exitCode = right === lines.length ? 0 : 1;

function run(engine: Engine, sources: string, label: string, truth: Truth): Line {
  const start = performance.now();
  const failed = (problem: string): Line => ({
    label,
    right: 0,
    rows: truth.rows.size,
    macsRight: false,
    paramsRight: false,
    problems: [problem],
    milliseconds: performance.now() - start,
  });
  const file = definingFile(sources, truth.builder);
  if (!file) return failed(`no file under ${sources} defines ${truth.builder}`);
  const result = engine.profile(file, {
    model: truth.model,
    input: [truth.input.join("x")],
    ...(truth.args === undefined ? {} : { args: truth.args }),
  });
  if (!result.ok) return failed(result.reason);
  const milliseconds = performance.now() - start;
  return { label, milliseconds, ...compare(truth, result.report) };
}

/** `torchvision.models.video.s3d` → the file under `torchvision/models/video` or its parents that says `def s3d(`. */
function definingFile(sources: string, builder: string): string | undefined {
  const parts = builder.split(".");
  const name = parts.pop();
  const folder = path.join(sources, ...parts);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".py"))
    .map((file) => path.join(folder, file))
    .find((file) => readFileSync(file, "utf8").includes(`\ndef ${name}(`));
}

function print([label = "", ...figures]: readonly string[]): void {
  console.log(label.padEnd(28) + figures.map((figure) => figure.padStart(8)).join(""));
}
