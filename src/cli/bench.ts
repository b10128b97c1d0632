/**
 * `node dist/bench.mjs SOURCES [BUILDER…]`: times what a user waits for. Cold is a new engine, as when the editor
 * opens; edit is the loop that matters, one key press in the network's own file until the new report.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/engine.types.ts";
import { createNodeHost, type UnsavedText } from "../node/host.ts";
import { loadParsers } from "../node/wasm.ts";

const DEFAULT_BUILDERS = ["resnet18", "resnet50", "densenet121", "efficientnet_b0", "vit_b_16", "swin_t"];
const EDITS = 15;

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
