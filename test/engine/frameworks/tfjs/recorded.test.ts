/** Names, shapes and counts of models and ops, beside what the real library gave for the same code. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { show } from "../../interpret/typescript/run.ts";

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

interface Recorded {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly rows: readonly unknown[];
        readonly name: string;
        readonly total: number;
        readonly trainable: number;
      }
    >
  >;
  readonly ops: Readonly<Record<string, readonly number[]>>;
}
const recorded = JSON.parse(read("recorded.json")) as Recorded;
const files = { "/app/models.mjs": read("models.mjs"), "/app/ops.mjs": read("ops.mjs") };

const DESCRIBE = `
const shape = (layer) => (layer.layers ? layer.outputs[0].shape : layer.outputShape);
const elements = (weight) => weight.shape.reduce((a, b) => a * b, 1);
const text = JSON.stringify({
  rows: model.layers.map((layer) => [layer.name, layer.getClassName(), shape(layer), layer.countParams()]),
  total: model.countParams(),
  trainable: model.trainableWeights.reduce((sum, weight) => sum + elements(weight), 0),
});
text`;

describe("models of TensorFlow.js", () => {
  it.each(Object.entries(recorded.models))(
    "%s has the library's layers",
    (name, { rows, total, trainable }) => {
      const text = show(
        `import { ${name} } from './models.mjs';\nconst model = ${name}();${DESCRIBE}`,
        files,
      );
      const ours = JSON.parse(text) as { rows: unknown[]; total: number; trainable: number };
      expect(numberless(ours.rows)).toEqual(numberless(rows));
      expect(ours).toMatchObject({ total, trainable });
    },
  );

  it("counts layers of each class by themselves, as the library names them", () => {
    const names = Object.keys(recorded.models).map(
      (name) => `models.${name}().layers.map((layer) => layer.name)`,
    );
    const ours = show(
      `import * as models from './models.mjs';\nJSON.stringify([${names.join(", ")}])`,
      files,
    );
    expect(JSON.parse(ours)).toEqual(
      Object.values(recorded.models).map(({ rows }) => rows.map((row) => (row as unknown[])[0])),
    );
  });
});

describe("ops of TensorFlow.js", () => {
  const shapes = show(
    "import cases from './ops.mjs';\nJSON.stringify(Object.keys(cases).map((key) => [key, cases[key]().shape]))",
    files,
  );
  const ours = new Map(JSON.parse(shapes) as [string, unknown][]);
  it.each(Object.entries(recorded.ops))("%s gives the library's shape", (name, shape) =>
    expect(ours.get(name)).toEqual(shape),
  );
});

/** The library was run once for all models: its counters of names went on from one to the next. */
function numberless(rows: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(rows).replace(/([A-Za-z_])\d+"/g, '$1"'));
}
