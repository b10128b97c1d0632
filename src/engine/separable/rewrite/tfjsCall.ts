/**
 * The swap of a convolution that TensorFlow.js code calls with weights of its own: `tf.depthwiseConv2d` and a 1×1
 * `tf.conv2d`, and two weights where the program made one (`tf.variable(tf.randomNormal([3, 3, 8, 16]))`).
 * https://js.tensorflow.org/api/latest/#conv2d
 */
import { wordPattern } from "../../interpret/patterns/escape.ts";
import { type CallText, closingOf, readListedCall } from "./callText.ts";
import { placeAt } from "./place.ts";
import type { CallSite, Form } from "./site.ts";

export function tfjsCallForm(site: CallSite): Form {
  const call = readListedCall(site.text);
  const prefix = call && /^([\w$.]+)\.conv2d$/.exec(call.callee)?.[1];
  if (!call || prefix === undefined || !isLibrary(prefix, site.source))
    return { reason: "it is not called as tf.conv2d" };
  if (site.between)
    return { reason: "a batch norm follows, whose weights the program would have to make, too" };
  if (site.instances.some(({ wanted }) => !wanted))
    return { reason: "the same call makes layers that must stay" };
  const [input, filter, ...options] = call.args.map(({ value }) => value);
  const named = /^((?:this\.)?)([A-Za-z_$][\w$]*)((?:\s+as\s+[\w.<>]+|!)?)$/.exec(filter ?? "");
  if (input === undefined || !named || call.args.some(({ spread }) => spread))
    return { reason: "its weight has no name of its own" };
  const [, owner = "", name = "", cast = ""] = named;
  const made = declarationOf(name, site);
  if ("reason" in made) return made;
  const [depthwise, pointwise] = [`${name}Depthwise`, `${name}Pointwise`];
  const weight = (own: string): string => `${owner}${own}${cast}`;
  const [strides = "1", pad = '"valid"', ...more] = options;
  const filtered = `${prefix}.depthwiseConv2d(${[input, weight(depthwise), strides, pad, ...more].join(", ")})`;
  const layout = more.length > 0 && more[0] !== "undefined" ? [more[0]] : [];
  const mixed = [filtered, weight(pointwise), "1", `${quoteOf(pad)}valid${quoteOf(pad)}`, ...layout];
  const [rows, columns, inputs, outputs] = made.shape;
  const lines = [
    made.text(depthwise, [rows, columns, inputs, "1"]),
    made.text(pointwise, ["1", "1", inputs, outputs]),
  ];
  return {
    text: `${call.callee}(${mixed.join(", ")})`,
    edits: [{ at: made.at, text: lines.join(`\n${made.indent}`) }],
  };
}

function isLibrary(prefix: string, source: string): boolean {
  return new RegExp(`import\\s+\\*\\s+as\\s+${prefix}\\b|\\b${prefix}\\s*=\\s*require\\(`).test(source);
}

function quoteOf(text: string): string {
  return text.startsWith("'") ? "'" : '"';
}

interface Declaration {
  readonly at: ReturnType<typeof placeAt>;
  readonly indent: string;
  readonly shape: readonly [string, string, string, string];
  /** The declaration of another name and shape. */
  readonly text: (name: string, shape: readonly string[]) => string;
}

/** Functions whose first argument is the shape of what they make. */
const MAKERS =
  /\b(?:randomNormal|truncatedNormal|randomUniform|randomStandardNormal|zeros|ones|fill)\(\s*(?=\[)/;

/** Where the program makes the weight, which nothing but the call uses. */
function declarationOf(
  name: string,
  { source, at: { file } }: CallSite,
): Declaration | { readonly reason: string } {
  const code = withoutComments(source);
  const declared = new RegExp(
    `^([ \\t]*)((?:(?:export|const|let|var|private|protected|public|readonly|static)\\s+)*(?:this\\.)?)${wordPattern(name)}(\\s*:[^=;\\n]+)?\\s*=(?!=)`,
    "m",
  ).exec(code);
  const value = declared && code.slice(declared.index + declared[0].length);
  const end = value ? /;|\n(?=\s*(?:[A-Za-z_$}@]|$))/.exec(value)?.index : undefined;
  const maker = value && end !== undefined ? MAKERS.exec(value.slice(0, end)) : null;
  if (!declared || !value || end === undefined || !maker)
    return {
      reason: `the program does not make its weight ${name} itself, with a shape that is written there`,
    };
  const [, indent = "", before = "", annotation = ""] = declared;
  const open = maker.index + maker[0].length;
  const list = value.slice(open, open + (closingOf(value.slice(open)) ?? 0));
  const shape = shapeOf(list);
  if (!shape) return { reason: `the shape of its weight ${name} is not written as four numbers` };
  if (/["'`]/.test(value.slice(0, end).replace(/"(?:float32|int32)"|'(?:float32|int32)'/g, "")))
    return { reason: `its weight ${name} is made with a name, which two weights cannot share` };
  const uses = code.match(new RegExp(wordPattern(name), "g"))?.length ?? 0;
  if (uses !== 2) return { reason: `its weight ${name} is used elsewhere, too` };
  const start = declared.index + indent.length;
  const terminated = value[end] === ";";
  const stop = declared.index + declared[0].length + end + (terminated ? 1 : 0);
  const [begin, finish] = [placeAt(source, file, start), placeAt(source, file, stop)];
  const tail = value.slice(open + list.length, end) + (terminated ? ";" : "");
  return {
    at: { ...begin, end_line: finish.line, end_column: finish.column },
    indent,
    shape,
    text: (own, sizes) => `${before}${own}${annotation} =${value.slice(0, open)}[${sizes.join(", ")}]${tail}`,
  };
}

function shapeOf(list: string): Declaration["shape"] | undefined {
  const call: CallText | undefined = readListedCall(`shape(${list.slice(1, -1)})`);
  const sizes = (call?.args ?? []).map(({ value }) => value);
  const [rows, columns, inputs, outputs] = sizes;
  return sizes.length === 4 && rows && columns && inputs && outputs
    ? [rows, columns, inputs, outputs]
    : undefined;
}

/** The code at its places; texts stay. */
function withoutComments(text: string): string {
  const blank = (words: string): string => words.replaceAll(/[^\n]/g, " ");
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:"'\w])\/\/[^\n]*/g, blank);
}
