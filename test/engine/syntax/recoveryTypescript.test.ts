/** Broken TypeScript: damage stays in the statement that has it. */
import { beforeAll, describe, expect, it } from "vitest";
import type { ClassMember, Stmt } from "../../../src/engine/syntax/ast.ts";
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { dump, stmt } from "./dump.ts";

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

/** What is broken, the code, its tree, the problems listed. */
const SNIPPETS: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    "a call without its end",
    "const a = f(1, 2;\nconst b = 2;",
    "(const a=(call f 1 2)) (const b=2)",
    ['1:12 "(" was never closed'],
  ],
  [
    "a condition without its end",
    "if (a && b(c) {\n  d();\n}\ne();",
    "(if (and a (call b c)) {(call d)}) (call e)",
    ['1:4 "(" was never closed'],
  ],
  [
    "a method without its brace",
    "class A {\n  f() {\n    return 1;\n  g() {\n    return 2;\n  }\n}\nh();",
    "(class A () f:(method f () {(return 1)}) g:(method g () {(return 2)})) (call h)",
    ['2:7 "{" was never closed'],
  ],
  [
    "a brace too many",
    "function f() {\n  if (a) b();\n  }\n}\ng();",
    "(function f () {(if a {(call b)})}) (call g)",
    ['3:3 unmatched "}"'],
  ],
  [
    "a substitution without its brace",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the snippet is JavaScript
    "class A {\n  f() {\n    g(`a ${x.y`);\n  }\n  h() {}\n}\nconst c = `${d}`;",
    '(class A () f:(method f () {(call g (template "a " {(. x y)}))}) h:(method h () {})) (const c=(template {d}))',
    ['3:11 "{" was never closed'],
  ],
  [
    "an else without the brace before it",
    "function f() {\n  if (a) {\n    b();\n   else {\n    c();\n  }\n  d();\n}",
    "(function f () {(if a {(call b)} else {(call c)}) (call d)})",
    ['2:10 "{" was never closed'],
  ],
  [
    "a function without its first parenthesis closed",
    "function f( {\n  a();\n}\nb();",
    "(function f () {(call a)}) (call b)",
    ['1:11 "(" was never closed'],
  ],
  [
    "a head over several lines without its end",
    "function f(\n  a,\n  b,\n {\n  c();\n}\nd();",
    "(function f (a b) {(call c)}) (call d)",
    ['1:11 "(" was never closed'],
  ],
  [
    "one line of a class that cannot be read",
    `class A {\n  f() {\n    const x = ] (;\n    b();\n  }\n${"  // a line\n".repeat(45)}  g() {\n    c();\n  }\n}`,
    "(class A () f:(method f () {(call b)}) g:(method g () {(call c)}))",
    ['3:15 unmatched "]"', '3:17 "(" was never closed'],
  ],
];

/** A file of usual style. */
const MODEL = `import * as tf from "@tensorflow/tfjs";
import { type Config, base } from "./config";

const SIZES = {
  small: [64, 128],
  large: [128, 256],
};

export function conv(filters: number, strides = 1): tf.layers.Layer {
  return tf.layers.conv2d({ filters, kernelSize: [3, 3], strides, padding: "same" });
}

export class Block extends tf.layers.Layer {
  static className = "Block";
  private readonly convs: tf.layers.Layer[] = [];

  constructor(private readonly filters: number, options: Config = base({ a: 1 })) {
    super(options);
    for (let i = 0; i < 2; i++) {
      this.convs.push(conv(filters, i === 0 ? 2 : 1));
    }
    this.norm = tf.layers.batchNormalization({
      axis: -1,
      epsilon: 1e-3,
    });
    this.relu = tf.layers.reLU();
  }

  call(input: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const x = this.convs.reduce((y, layer) => layer.apply(y) as tf.Tensor, input);
      if (x.shape[0] !== null) {
        return x.add(input);
      } else {
        return x;
      }
    });
  }

  get size() {
    return this.filters;
  }
}

export function net(size: keyof typeof SIZES) {
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: [224, 224, 3] }));
  for (const filters of SIZES[size]) {
    model.add(conv(filters));
  }
  try {
    model.add(tf.layers.flatten());
  } catch (error) {
    console.log(error);
  }
  model.add(tf.layers.dense({ units: 10 }));
  return model;
}

const model = net("small");
model.summary();
`;

interface Row {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** Each statement and member with its path and place; a head counts as the statement, its body apart. */
function statements(body: readonly Stmt[], path = ""): Row[] {
  return body.flatMap((node) => {
    const { line, column, endLine } = node.at;
    const row = (text: string, to: number): Row => ({
      key: `${path}/${text} ${line}:${column}`,
      from: line,
      to,
    });
    switch (node.kind) {
      case "export":
        return node.declaration ? statements([node.declaration], path) : [row(stmt(node), endLine)];
      case "functionDef":
        return [
          row(`function ${node.fn.name}`, line),
          ...statements(node.fn.body, `${path}/${node.fn.name}`),
        ];
      case "classDef":
        return [
          row(`class ${node.cls.name}`, line),
          ...node.cls.members.flatMap((member) => memberRows(member, `${path}/${node.cls.name}`)),
        ];
      case "if":
      case "for":
      case "cFor":
      case "try":
        return [
          row(node.kind, line),
          ...statements(node.kind === "if" ? node.then : node.body, `${path}/${node.kind}`),
        ];
      default:
        return [row(stmt(node), endLine)];
    }
  });
}

function memberRows(member: ClassMember, path: string): Row[] {
  switch (member.kind) {
    case "method": {
      const { line } = member.fn.at;
      const name = String(member.key);
      return [
        { key: `${path}/${name} ${line}`, from: line, to: line },
        ...statements(member.fn.body, `${path}/${name}`),
      ];
    }
    case "field":
      return [
        {
          key: `${path}/${String(member.key)} ${member.at.line}`,
          from: member.at.line,
          to: member.at.endLine,
        },
      ];
    case "staticBlock":
      return statements(member.body, `${path}/static`);
  }
}

describe("broken TypeScript", () => {
  it.each(SNIPPETS)("understands %s", (_title, code, tree, problems) => {
    const module = parsers.parse("broken.ts", code);
    expect(dump(module.body)).toBe(tree);
    expect(module.errors.map(({ at, message }) => `${at.line}:${at.column} ${message}`)).toEqual(problems);
  });

  it("keeps every other statement, in its place, whichever closing bracket is missing", () => {
    const whole = statements(parsers.parse("whole.ts", MODEL).body);
    for (const { index } of MODEL.matchAll(/[)\]}]/g)) {
      const line = MODEL.slice(0, index).split("\n").length;
      const module = parsers.parse("damaged.ts", MODEL.slice(0, index) + MODEL.slice(index + 1));
      const kept = new Set(statements(module.body).map(({ key }) => key));
      const lost = whole.filter(({ key, from, to }) => !kept.has(key) && !(from <= line && line <= to));
      expect(lost, `without the bracket in line ${line}`).toEqual([]);
    }
  });

  it("parses any beginning of a file", () => {
    for (let end = 0; end < MODEL.length; end += 7)
      expect(() => parsers.parse("typed.ts", MODEL.slice(0, end))).not.toThrow();
  });
});
