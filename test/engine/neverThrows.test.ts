/** No question to the engine throws, whatever the text and whatever it is asked with. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Engine, ProfileOptions } from "../../src/engine/contract/engine.types.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

const PYTHON = `
from torch import nn

class Net(nn.Module):
    def __init__(self, width=8, depth=2, **kwargs):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.body = nn.Sequential(*[nn.Conv2d(width, width, 3, padding=1) for _ in range(depth)])
    def forward(self, x):
        return self.body(self.stem(x))

def build(name, *args, **kwargs):
    return Net(*args, **kwargs)
`;

const TYPESCRIPT = `
import * as tf from "@tensorflow/tfjs";

export function build(width = 8): tf.LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [9, 9, 3], filters: width, kernelSize: 3 }));
  model.add(tf.layers.conv2d({ filters: width, kernelSize: [3, 3], strides: 2 }));
  return model;
}
`;

const cell = (source: string): unknown => ({ cell_type: "code", metadata: {}, outputs: [], source });
const NOTEBOOK = JSON.stringify({
  cells: [cell(PYTHON), cell("net = build('a')\nnet(torch.zeros(1, 3, 9, 9))")],
  metadata: { language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
});

const SPECIAL = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"];
const PIECES = [
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ":",
  "'",
  '"""',
  "`",
  "${",
  "\\",
  "\t",
  "\r",
  "\0",
  "*",
  "**=",
  "\ud800",
  "…",
];

const hostileText = fc.oneof(
  fc.constantFrom(
    ...SPECIAL,
    ...PIECES,
    "",
    " ",
    "Net",
    "build",
    "Net.from_name",
    "stem",
    "-1",
    "1e999",
    "\u202e",
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
);

interface Change {
  readonly kind: "drop" | "double" | "cut" | "insert" | "number" | "name";
  readonly place: number;
  readonly column: number;
  readonly text: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("drop", "double", "cut", "insert", "number", "name"),
  place: fc.nat(),
  column: fc.nat(),
  text: fc.oneof(hostileText, fc.integer().map(String), fc.double().map(String)),
});

/** The text with lines lost, doubled and cut, and with characters, numbers and names that are others. */
function changed(text: string, changes: readonly Change[]): string {
  const lines = text.split("\n");
  for (const { kind, place, column, text: given } of changes) {
    const at = place % lines.length;
    const old = lines[at] ?? "";
    const cut = column % (old.length + 1);
    if (kind === "drop" && lines.length > 1) lines.splice(at, 1);
    else if (kind === "double") lines.splice(at, 0, old);
    else if (kind === "cut") lines[at] = old.slice(0, cut);
    else if (kind === "insert") lines[at] = old.slice(0, cut) + given + old.slice(cut);
    else if (kind === "number") lines[at] = old.replace(/\d+/, () => given);
    else if (kind === "name") lines[at] = old.replace(/[a-z]\w+/i, () => given);
  }
  return lines.join("\n");
}

const changes = fc.array(change, { maxLength: 5 });
const files = fc.oneof(
  changes.map((list) => ["/app/model.py", changed(PYTHON, list)] as const),
  changes.map((list) => ["/app/model.ts", changed(TYPESCRIPT, list)] as const),
  changes.map((list) => ["/app/model.ipynb", changed(NOTEBOOK, list)] as const),
  // The notebook is sound, its cells are not.
  changes.map((list) => {
    const notebook = JSON.parse(NOTEBOOK) as { cells: { source: string }[] };
    for (const one of notebook.cells) one.source = changed(one.source, list);
    return ["/app/model.ipynb", JSON.stringify(notebook)] as const;
  }),
  fc.tuple(
    fc.constantFrom("/app/model.py", "/app/model.ts", "/app/model.ipynb", "/app/model.txt", ""),
    hostileText,
  ),
  fc.json({ maxDepth: 4 }).map((text) => ["/app/model.ipynb", text] as const),
);

const number = fc.oneof(
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, -1, 0.5, 1, 1e-320, 1e308, 2 ** 53),
  fc.double(),
  fc.integer(),
);
const shape = fc.oneof(
  fc.constantFrom(
    "1x3x9x9",
    "1x3x9x9:int64",
    "1x9x9x3",
    "",
    "x",
    "0x0",
    "-1x3",
    "1x3x",
    "1e9x3",
    "1x3x9x9:__proto__",
  ),
  fc.array(number, { maxLength: 6 }).map((sizes) => sizes.join("x")),
  hostileText,
);
const argumentText = fc.oneof(
  fc.constantFrom(
    "width=4",
    "width=-1, depth=1e9",
    "**kwargs",
    "*",
    "lambda: 0",
    "(",
    "{ width: 0 }",
    "width=width",
  ),
  hostileText,
);
const layers = fc.oneof(
  fc.constantFrom("all" as const, ["stem"], ["body.0", "body.1"], ["body"], []),
  fc.array(hostileText, { maxLength: 4 }),
);
const isSet = fc.constantFrom(true, false, undefined);

/** The option as it comes, or left out. */
const perhaps = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
type Written<T> = { [name in keyof T]: Exclude<T[name], undefined> };
const given = <T extends object>(options: T): Written<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Written<T>;

const network = fc
  .record({
    model: perhaps(fc.oneof(fc.constantFrom("Net", "build", "build.Net"), hostileText)),
    args: perhaps(argumentText),
    input: perhaps(fc.array(shape, { maxLength: 3 })),
    isCancelled: perhaps(
      fc.constantFrom(
        () => false,
        () => true,
      ),
    ),
  })
  .map(given) as fc.Arbitrary<ProfileOptions>;

const swaps = fc.record({
  swap: fc.oneof(fc.constant("none" as const), layers),
  stem: isSet,
  alpha: number,
  rho: number,
  round: number,
  resized: perhaps(fc.array(shape, { maxLength: 2 })),
});
const budgets = fc.record({ budgetMacs: number, stem: isSet, round: number });
const rewrites = fc.record({
  layers,
  stem: isSet,
  style: perhaps(fc.constantFrom("inline" as const, "class" as const)),
  only: isSet,
});
const inputs = fc.dictionary(
  fc.oneof(fc.constantFrom("Net", "build"), hostileText),
  fc.array(shape, { maxLength: 2 }),
  {
    maxKeys: 3,
    noNullPrototype: false,
  },
);

const questions = fc.record({ network, swaps, budgets, rewrites, inputs });
type Questions = typeof questions extends fc.Arbitrary<infer Asked> ? Asked : never;

/** Asks all that the engine answers; each answer is plain data, and none holds a number that JSON cannot. */
function askAll(engine: Engine, file: string, asked: Questions): void {
  const answers = [
    engine.networks(file),
    engine.profile(file, asked.network),
    engine.analyze(file, { inputs: asked.inputs }),
    engine.simulate(file, given({ ...asked.network, ...asked.swaps })),
    engine.suggest(file, given({ ...asked.network, ...asked.budgets })),
    engine.rewrite(file, given({ ...asked.network, ...asked.rewrites })),
    engine.invalidate(file),
    engine.profile(file),
  ];
  for (const answer of answers)
    expect(numbersIn(answer).filter((value) => !Number.isFinite(value))).toEqual([]);
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/** Steps for one network: few, for a text of chance may well loop for ever. */
const LIMITS = { steps: 30_000, callDepth: 200, collection: 100_000, text: 1_000_000 };

describe("whatever the text and the options", () => {
  it("no question throws, meets a fault or answers with a number that is none", () => {
    fc.assert(
      fc.property(files, questions, ([file, text], asked) => {
        const faults: unknown[] = [];
        const engine = createEngine({
          parsers,
          host: memoryHost({ [file]: text }),
          settings: { limits: LIMITS, onFault: (fault) => faults.push(fault) },
        });
        askAll(engine, file, asked);
        expect(faults).toEqual([]);
      }),
      { numRuns: 30, seed: 12 },
    );
  });
});
