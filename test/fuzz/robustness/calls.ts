/**
 * Every function of a framework on tensors of any number of axes, with arguments of any kind: none ends in a fault of
 * ours. The words of a framework's source are tried as names: those that are none are unknown, which costs nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { stackOf, type Wrong, wrongAnalysis } from "./checks.ts";
import { caught } from "./mutants.ts";
import type { Context, Finding, Part } from "./part.ts";
import { openText } from "./program.ts";
import { Random } from "./random.ts";
import { shrunk } from "./shrink.ts";

interface Framework {
  /** Of the engine's frameworks. */
  readonly folder: string;
  readonly file: string;
  readonly imports: string;
  /** A tensor with this shape. */
  readonly tensor: (shape: string) => string;
  /** Where the function may be: `NAME(x, GIVEN)`. */
  readonly calls: readonly string[];
}

const PYTHON = "/app/model.py";
const FRAMEWORKS: readonly Framework[] = [
  {
    folder: "torch",
    file: PYTHON,
    imports: "import torch, cfg\nimport torch.nn.functional as F",
    tensor: (shape) => `torch.zeros([${shape}])`,
    calls: [
      "x.NAME(GIVEN)",
      "torch.NAME(x, GIVEN)",
      "F.NAME(x, GIVEN)",
      "torch.NAME(GIVEN)",
      "torch.linalg.NAME(x, GIVEN)",
    ],
  },
  {
    folder: "flax",
    file: PYTHON,
    imports: "import jax, cfg\nimport jax.numpy as jnp\nfrom jax import lax",
    tensor: (shape) => `jnp.zeros([${shape}])`,
    calls: ["x.NAME(GIVEN)", "jnp.NAME(x, GIVEN)", "jax.nn.NAME(x, GIVEN)", "lax.NAME(x, GIVEN)"],
  },
  {
    folder: "keras",
    file: PYTHON,
    imports: "import cfg, keras\nimport tensorflow as tf\nfrom keras import ops, backend as K",
    tensor: (shape) => `tf.zeros([${shape}])`,
    calls: [
      "tf.NAME(x, GIVEN)",
      "tf.nn.NAME(x, GIVEN)",
      "tf.image.NAME(x, GIVEN)",
      "tf.signal.NAME(x, GIVEN)",
      "ops.NAME(x, GIVEN)",
      "ops.image.NAME(x, GIVEN)",
      "K.NAME(x, GIVEN)",
    ],
  },
  {
    folder: "tfjs",
    file: "/app/model.ts",
    imports: 'import * as tf from "@tensorflow/tfjs";\ndeclare const cfg: any;\nlet x: any;',
    tensor: (shape) => `tf.zeros([${shape}])`,
    calls: ["x.NAME(GIVEN)", "tf.NAME(x, GIVEN)", "tf.image.NAME(x, GIVEN)", "tf.NAME(GIVEN)"],
  },
];

const SHAPES = ["", "1", "0", "2, 3", "2, 3, 8, 8"];
/** In words of both languages. */
const GIVEN = [
  "",
  "0",
  "1",
  "-1",
  "7",
  "0.5",
  "1e20",
  "cfg.n",
  "[]",
  "[2, 3]",
  "[-1, -2]",
  "[[0, 1], [1, 0]]",
  "'x'",
  "x",
  "[x, x]",
  "0, 1",
  "1, -1",
  "2, 3, 4",
  "0, 0, 0",
  "x, x",
  "0, x",
  "x, 0",
  "x, cfg.n",
  "0, cfg.n",
  "0, 1, cfg.n",
  "x, [2, 2]",
  "'ij,jk->ik', x, x",
];

/** Far apart in the list, and never the same before all were tried: a prime number that no list is as long as. */
const STRIDE = 1_000_003;

export const calls: Part = {
  cases: 100,
  run(index, context) {
    const all = functionsOf(context.root);
    const start = new Random(`calls ${context.seed}`).below(all.length);
    const { framework, name } = all[(start + index * STRIDE) % all.length] as Called;
    const text = textOf(framework, name);
    const ask = (less: string): Wrong[] => wrongCalls(context, framework.file, less);
    return shrunk(ask(text), text, ask).map(
      ({ kind, detail, text: least }): Finding => ({
        kind,
        detail: `${framework.folder}, ${name}: ${detail}`,
        input: { file: framework.file, text: least },
      }),
    );
  },
};

function textOf({ imports, tensor, calls: places }: Framework, name: string): string {
  const lines = SHAPES.flatMap((shape) => [
    `x = ${tensor(shape)}`,
    ...places.flatMap((place) =>
      GIVEN.map((given) => place.replace("NAME", () => name).replace("GIVEN", () => given)),
    ),
  ]);
  return `${[imports, ...lines].join("\n")}\n`;
}

function wrongCalls({ parsers }: Pick<Context, "parsers">, file: string, text: string): Wrong[] {
  const { engine, host, faults } = openText(parsers, { name: file, text, file }, text);
  const found = caught(() => wrongAnalysis(engine.analyze(file), (name) => host.read(name)));
  return [...found, ...faults.map((fault) => ({ kind: "internal fault", detail: stackOf(fault) }))];
}

interface Called {
  readonly framework: Framework;
  readonly name: string;
}

let functions: readonly Called[] | undefined;

function functionsOf(root: string): readonly Called[] {
  functions ??= FRAMEWORKS.flatMap((framework) =>
    wordsOf(path.join(root, "src/engine/frameworks", framework.folder)).map((name) => ({ framework, name })),
  );
  return functions;
}

function wordsOf(folder: string): readonly string[] {
  const all = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [...readFileSync(path.join(folder, name), "utf8").matchAll(WORD)])
    .map(([word]) => word);
  return [...new Set(all)].sort();
}

/** Keys of a table, and words in a text that lists names. */
const WORD = /(?<=^ {2})[A-Za-z_]\w*(?=:| ?\()|(?<=["'` ])[a-z_][A-Za-z0-9_]+(?=["'` ])/gm;
