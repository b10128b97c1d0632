/** Every network of a folder: read, rewritten in the copy, run before and after. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Engine } from "../../engine/contract/engine.types.ts";
import type { FrameworkId, Report } from "../../engine/contract/report.ts";
import type { Rewrite, RewriteStyle } from "../../engine/contract/rewrite.ts";
import { createEngine } from "../../engine/engine.ts";
import { applyEdits } from "../../engine/separable/rewrite/place.ts";
import type { Parsers } from "../../engine/syntax/parser.ts";
import { createNodeHost } from "../../node/host.ts";
import type { Frameworks } from "./frameworks.ts";
import { type Job, moduleOf, type Runner } from "./runner.ts";
import { type Run, type Verdict, verdictOf } from "./verdict.ts";

export interface Zoo {
  readonly parsers: Parsers;
  readonly frameworks: Frameworks;
  /** A copy that may be changed. */
  readonly folder: string;
  readonly wanted: (file: string, network?: string) => boolean;
  readonly most: number;
  readonly style?: RewriteStyle;
  readonly seconds: number;
}

export interface Line extends Omit<Verdict, "kind"> {
  /** `models/resnet.py:resnet18` */
  readonly name: string;
  /** `refused`: no rewrite; `unknown`: what the network costs is not known; `missing`: its framework is not here. */
  readonly kind: Verdict["kind"] | "refused" | "unknown" | "missing";
  readonly layers?: number;
  readonly macs?: readonly [before: number | null, after: number | null];
  /** What the rewritten network was, as it ran. */
  readonly rewritten?: Run;
}

export async function* swapsOf(zoo: Zoo): AsyncGenerator<Line> {
  const { folder, frameworks, parsers } = zoo;
  for (const file of filesOf(folder)) {
    const name = path.relative(folder, file);
    if (!zoo.wanted(name)) continue;
    const host = createNodeHost({ folders: [folder], searchPaths: [folder, ...frameworks.paths] });
    const engine = createEngine({ host, parsers });
    const networks = engine
      .networks(file)
      .map(({ name: network }) => network)
      .filter((network) => zoo.wanted(name, network));
    for (const network of networks.slice(0, zoo.most)) {
      const line = await swapOf(zoo, engine, file, network);
      if (line) yield { name: `${name}:${network}`, ...line };
    }
  }
}

/** Undefined where there is nothing to swap. */
async function swapOf(
  zoo: Zoo,
  engine: Engine,
  file: string,
  network: string,
): Promise<Omit<Line, "name"> | undefined> {
  const profiled = engine.profile(file, { model: network });
  if (!profiled.ok) return undefined;
  const { report } = profiled;
  if (!report.layers.some(({ swappable }) => swappable) || report.framework === null) return undefined;
  if (report.totals.macs === null || report.totals.params === null) return { kind: "unknown" };
  const rewritten = engine.rewrite(file, {
    ...{ model: network, layers: "all" },
    ...(zoo.style && { style: zoo.style }),
  });
  if (!rewritten.ok) return { kind: "refused", reason: rewritten.reason };
  const runner = zoo.frameworks.runnerOf(report.framework);
  if (!runner) return { kind: "missing" };
  const { rewrite } = rewritten;
  const { macs, params } = rewrite.simulated;
  const job = jobOf(zoo, report, report.framework);
  const original = await runner.run(job);
  const after = "error" in original ? original : await runRewritten(rewrite, runner, job);
  return {
    layers: rewrite.layers.length,
    macs: [report.totals.macs, macs],
    rewritten: after,
    ...verdictOf({ before: report, after: { macs, params } }, original, after),
  };
}

/** Runs the network with the edits made, and takes them back. */
async function runRewritten({ edits }: Rewrite, runner: Runner, job: Job): Promise<Run> {
  const files = new Set(edits.map(({ at }) => at.file));
  const texts = new Map([...files].map((file) => [file, readFileSync(file, "utf8")] as const));
  try {
    for (const [file, text] of texts) {
      const own = edits.filter(({ at }) => at.file === file);
      writeFileSync(file, applyEdits(text, own));
    }
    return await runner.run(job);
  } finally {
    for (const [file, text] of texts) writeFileSync(file, text);
  }
}

function jobOf({ folder, seconds }: Zoo, report: Report, framework: FrameworkId): Job {
  const { file, network, input } = report;
  const isPackage = (place: string): boolean => existsSync(path.join(place, "__init__.py"));
  const [root, module] = report.language === "python" ? moduleOf(file, isPackage) : [folder, file];
  return {
    ...{ framework, folder, module, network, seconds },
    paths: [...new Set([root, path.dirname(file), folder])],
    arguments: report.arguments?.text ?? "",
    inputs: input.shapes.map((shape, index) => ({
      shape: (shape ?? []).map((size) => size ?? 1),
      dtype: input.dtypes[index] ?? "float32",
    })),
  };
}

/** Model files below a folder: those that speak of convolutions. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (name) =>
        /\.(py|ts|js|mjs)$/.test(name) && !/(^|\/)(tests?|test_\w+\.py|\w+_test\.py)(\/|$)/.test(name),
    )
    .map((name) => path.join(folder, name))
    .filter((file) => /conv/i.test(readFileSync(file, "utf8")))
    .sort();
}
