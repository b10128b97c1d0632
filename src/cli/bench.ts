/**
 * `node dist/bench.mjs SOURCES [BUILDER…]`: times what a user waits for. Cold is a new engine, as when the editor
 * opens; edit is the loop that matters, one key press in the network's own file until the new report. Then whole files,
 * as the editor asks for them: a key press in a comment, in one builder, and in the first class, which most networks use.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Engine } from "../engine/contract/engine.types.ts";
import { createEngine } from "../engine/engine.ts";
import { createNodeHost, type UnsavedText } from "../node/host.ts";
import { loadParsers } from "../node/wasm.ts";

const DEFAULT_BUILDERS = ["resnet18", "resnet50", "densenet121", "efficientnet_b0", "vit_b_16", "swin_t"];
const DEFAULT_FILES = ["resnet.py", "efficientnet.py", "vision_transformer.py"];
const EDITS = 15;

/** Edits of a text by the place they are made at; each takes another number every time. */
const PLACES: readonly ((source: string, edit: number) => string)[] = [
  (source, edit) => `${source}\n# ${"x".repeat(edit)}`,
  (source, edit) => inserted(source, source.lastIndexOf("\n    return "), `\n    n = ${edit}`),
  (source, edit) => inserted(source, source.indexOf("\n        return "), `\n        n = ${edit}`),
];

const [sources, ...wanted] = process.argv.slice(2);
if (!sources) {
  console.error("usage: bench SOURCES [BUILDER…]");
  process.exit(2);
}
const models = path.join(sources, "torchvision", "models");

const parsers = await timed("load the parsers", loadParsers);
await timed("parse every model file", async () => {
  const files = readdirSync(models, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".py"),
  );
  for (const name of files) {
    const file = path.join(models, name);
    parsers.parse(file, readFileSync(file, "utf8"));
  }
});

console.log(
  `\n${"builder".padEnd(20)}${["cold", "warm", "edit", "layers"].map((head) => head.padStart(10)).join("")}`,
);
for (const builder of wanted.length > 0 ? wanted : DEFAULT_BUILDERS) measure(builder);

console.log(
  `\n${"file".padEnd(20)}${["cold", "comment", "builder", "class", "networks"].map((head) => head.padStart(10)).join("")}`,
);
for (const file of DEFAULT_FILES) measureFile(file);

function measure(builder: string): void {
  const file = definingFile(builder);
  if (!file) {
    console.log(`${builder}: no file defines it`);
    return;
  }
  const texts = new Map<string, UnsavedText>();
  const engine = createEngine({
    parsers,
    host: createNodeHost({ folders: [sources as string], unsaved: (name) => texts.get(name) }),
  });
  const profile = (): number => milliseconds(engine, file, builder);
  const cold = profile();
  const warm = median(Array.from({ length: 5 }, profile));
  const source = readFileSync(file, "utf8");
  const edits = Array.from({ length: EDITS }, (_, version) => {
    texts.set(file, { text: `${source}\n# ${"x".repeat(version)}`, version: version + 1 });
    return profile();
  });
  const result = engine.profile(file, { model: builder });
  const layers = result.ok ? String(result.report.layers.length) : "failed";
  const figures = [cold, warm, median(edits)].map((time) => `${time.toFixed(1)} ms`);
  console.log(builder.padEnd(20) + [...figures, layers].map((figure) => figure.padStart(10)).join(""));
}

function inserted(source: string, at: number, text: string): string {
  return source.slice(0, at) + text + source.slice(at);
}

function measureFile(name: string): void {
  const file = path.join(models, name);
  const source = readFileSync(file, "utf8");
  const texts = new Map<string, UnsavedText>();
  const host = createNodeHost({ folders: [sources as string], unsaved: (opened) => texts.get(opened) });
  const engine = createEngine({ parsers, host });
  const analyze = (): number => {
    const start = performance.now();
    engine.analyze(file);
    return performance.now() - start;
  };
  const cold = analyze();
  let version = 0;
  const medians = PLACES.map((edited) =>
    median(
      Array.from({ length: EDITS }, (_, edit) => {
        texts.set(file, { text: edited(source, edit), version: ++version });
        return analyze();
      }),
    ),
  );
  const figures = [
    ...[cold, ...medians].map((time) => `${time.toFixed(1)} ms`),
    String(engine.networks(file).length),
  ];
  console.log(name.padEnd(20) + figures.map((figure) => figure.padStart(10)).join(""));
}

function milliseconds(engine: Engine, file: string, builder: string): number {
  const start = performance.now();
  engine.profile(file, { model: builder });
  return performance.now() - start;
}

function definingFile(builder: string): string | undefined {
  return readdirSync(models)
    .filter((name) => name.endsWith(".py"))
    .map((name) => path.join(models, name))
    .find((file) => readFileSync(file, "utf8").includes(`\ndef ${builder}(`));
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  console.log(`${what}: ${(performance.now() - start).toFixed(0)} ms`);
  return result;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
