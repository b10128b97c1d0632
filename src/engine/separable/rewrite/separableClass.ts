/**
 * The class that a file gets in place of one nested `Sequential` for each call: it takes what torch's convolution
 * takes, so that calls keep their arguments and comments as they are.
 */
import { wordPattern } from "../../interpret/patterns/escape.ts";
import type { Place } from "../../report/contract.ts";
import type { TextEdit } from "./contract.ts";
import { WIDTH } from "./layout.ts";
import { unitOf } from "./place.ts";
import type { Between } from "./site.ts";

/** In the order of torch's convolutions. */
export const CLASS_PARAMETERS = [
  ["in_channels", undefined],
  ["out_channels", undefined],
  ["kernel_size", undefined],
  ["stride", "1"],
  ["padding", "0"],
  ["dilation", "1"],
  ["groups", "1"],
  ["bias", "True"],
  ["padding_mode", '"zeros"'],
] as const;
export type ClassParameter = (typeof CLASS_PARAMETERS)[number][0];

/** What one call needs of the class of its file. */
export interface ClassNeed {
  readonly file: string;
  readonly name: string;
  /** As the file spells them: `nn.Conv2d`, `nn.Sequential`. */
  readonly conv: string;
  readonly sequential: string;
  /** The batch norm and the activation between, written with `in_channels`; empty where the class has none. */
  readonly between: readonly string[];
  /** The call leaves them out: `norm=False`. */
  readonly bare: boolean;
  /** Parameters that the call gives, by name or by place. */
  readonly given: ReadonlySet<ClassParameter>;
  readonly spreads: boolean;
}

/** What stands between, as text: which kinds a class of the file has, the most common one first. */
export type ClassKinds = readonly string[];

/** Kinds that differ only in what an activation does to its input in memory are one. */
export function kindOf({ norm, normOptions, activation, options, slopePerChannel = false }: Between): string {
  const shaping = options.replace(/(^|, )(inplace=)?(True|False)\b/, "");
  return `${norm}(${normOptions}) ${activation}(${shaping}) ${slopePerChannel}`;
}

/** `DepthwiseSeparableConv2d`; other batch norms or activations than the most common ones have a class each. */
export function className(type: string, kind: string | undefined, kinds: ClassKinds, source: string): string {
  const at = kind === undefined ? 0 : kinds.indexOf(kind);
  const plain = `DepthwiseSeparable${type}`;
  const isTaken = (name: string): boolean => new RegExp(wordPattern(name)).test(source);
  let count = Math.max(at, 0) + 1;
  while (isTaken(count === 1 ? plain : `${plain}V${count}`)) count += kinds.length || 1;
  return count === 1 ? plain : `${plain}V${count}`;
}

/** The classes that these calls need, in front of the first class or function of their file. */
export function classEdits(
  needs: readonly ClassNeed[],
  read: (file: string) => string | undefined,
): TextEdit[] {
  const texts = new Map<string, { readonly at: Place; readonly definitions: string[] }>();
  const named = new Map<string, ClassNeed[]>();
  for (const need of needs) {
    const key = `${need.file} ${need.name}`;
    named.set(key, [...(named.get(key) ?? []), need]);
  }
  for (const own of named.values()) {
    const [{ file }] = own as [ClassNeed, ...ClassNeed[]];
    const source = read(file) ?? "";
    const definition = definitionOf(own, source);
    const line = firstDefinition(source);
    const at: Place = { file, line, column: 1, end_line: line, end_column: 1 };
    const known = texts.get(file) ?? { at, definitions: [] };
    known.definitions.push(definition);
    texts.set(file, known);
  }
  return [...texts.values()].map(({ at, definitions }) => ({
    at,
    text: definitions.map((text) => `${text}\n\n\n`).join(""),
  }));
}

function definitionOf(needs: readonly ClassNeed[], source: string): string {
  const [first] = needs as [ClassNeed, ...ClassNeed[]];
  const { name, sequential, conv } = first;
  const between = needs.find((need) => need.between.length > 0)?.between ?? [];
  const unit = unitOf(source, "python");
  const quote = quoteOf(source);
  const has = (parameter: ClassParameter): boolean =>
    needs.some(({ given, spreads }) => spreads || given.has(parameter));
  const optional = between.length > 0 && needs.some(({ bare }) => bare);
  const spreads = needs.some((need) => need.spreads);
  const parameters = [
    "self",
    ...CLASS_PARAMETERS.filter(([parameter, value]) => value === undefined || has(parameter)).map(
      ([parameter, value]) =>
        value === undefined ? parameter : `${parameter}=${value.replaceAll('"', quote)}`,
    ),
    ...(optional ? ["norm=True"] : []),
    ...(spreads ? ["**options"] : []),
  ];
  const kept = (["stride", "padding", "dilation", "padding_mode"] as const).filter(has);
  const body = unit.repeat(2);
  const width = widthOf(source);
  const call = (callee: string, args: readonly string[], indent: string, end = ""): string =>
    laidOut(`${callee}(`, args, `)${end}`, { indent, unit, width });
  const inner = body + unit;
  const depthwise = [
    "in_channels",
    "in_channels",
    "kernel_size",
    ...kept.map((parameter) => `${parameter}=${parameter}`),
    "groups=in_channels",
    "bias=False",
    ...(spreads ? ["**options"] : []),
  ];
  const pointwise = ["in_channels", "out_channels", "1", ...(has("bias") ? ["bias=bias"] : [])];
  const middle = optional ? [`*([${between.join(", ")}] if norm else [])`] : between;
  return [
    `class ${name}(${sequential}):`,
    `${unit}"""A depthwise convolution and a pointwise one, in place of a standard one."""`,
    "",
    `${unit}${laidOut("def __init__(", parameters, "):", { indent: unit, unit, width })}`,
    `${body}super().__init__(`,
    `${inner}${call(conv, depthwise, inner, ",")}`,
    ...middle.map((part) => `${inner}${part},`),
    `${inner}${call(conv, pointwise, inner, ",")}`,
    `${body})`,
  ].join("\n");
}

interface Layout {
  readonly indent: string;
  readonly unit: string;
  readonly width: number;
}

/** On one line where it fits, else the arguments on the next, else one a line. */
export function laidOut(
  open: string,
  args: readonly string[],
  close: string,
  { indent, unit, width }: Layout,
): string {
  const line = `${open}${args.join(", ")}${close}`;
  if (indent.length + line.length <= width) return line;
  const inner = indent + unit;
  const joined = args.join(", ");
  if (inner.length + joined.length <= width) return `${open}\n${inner}${joined}\n${indent}${close}`;
  return `${open}\n${args.map((arg) => `${inner}${arg},\n`).join("")}${indent}${close}`;
}

/** As long as the file's own lines of code are, within what formatters are set to. */
export function widthOf(source: string): number {
  const code = source.split("\n").filter((line) => !/^\s*#|https?:/.test(line));
  const longest = code.reduce((most, { length }) => Math.max(most, length), 0);
  return Math.min(120, Math.max(longest, WIDTH));
}

function quoteOf(source: string): '"' | "'" {
  const count = (quote: string): number => source.split(quote).length;
  return count("'") > count('"') ? "'" : '"';
}

/** The line of the first class or function at the top of the file, with its decorators and comments. */
function firstDefinition(source: string): number {
  const lines = source.split("\n");
  let line = lines.findIndex((text) => /^(class|def|async def)\b/.test(text));
  if (line < 0) line = lines.findLastIndex((text) => /^(import|from)\b/.test(text)) + 1;
  while (line > 0 && /^[@#]/.test(lines[line - 1]!)) line--;
  return line + 1;
}
