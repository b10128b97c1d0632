/**
 * The class that a file gets in place of one nested `Sequential` for each call: it takes what torch's convolution
 * takes, so that calls keep their arguments and comments as they are.
 */
import { wordPattern } from "../../interpret/patterns/escape.ts";
import { laidOut, quoteOf, widthOf } from "./layout.ts";
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
  readonly kind: "class";
  readonly file: string;
  /** Where the call stands. */
  readonly line: number;
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
  /** What it spreads is where the weights are and of which type. */
  readonly spreadsPlaces: boolean;
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
  return helperName([`DepthwiseSeparable${type}`, "V"], kind, kinds, source);
}

/** A name that the file does not have: `plain`, then with the number of its kind behind it. */
export function helperName(
  [plain, version]: readonly [plain: string, version: string],
  kind: string | undefined,
  kinds: ClassKinds,
  source: string,
): string {
  const at = kind === undefined ? 0 : kinds.indexOf(kind);
  const isTaken = (name: string): boolean => new RegExp(wordPattern(name)).test(source);
  let count = Math.max(at, 0) + 1;
  const named = (): string => (count === 1 ? plain : `${plain}${version}${count}`);
  while (isTaken(named())) count += kinds.length || 1;
  return named();
}

export function classText(needs: readonly ClassNeed[], source: string): string {
  const [first] = needs as [ClassNeed, ...ClassNeed[]];
  const { name, sequential, conv } = first;
  const between = needs.find((need) => need.between.length > 0)?.between ?? [];
  const unit = unitOf(source, "python");
  const quote = quoteOf(source);
  const has = (parameter: ClassParameter): boolean =>
    needs.some(({ given, spreads, spreadsPlaces }) => (spreads && !spreadsPlaces) || given.has(parameter));
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
  const places = spreads && needs.every((need) => !need.spreads || need.spreadsPlaces);
  const pointwise = [
    "in_channels",
    "out_channels",
    "1",
    ...(has("bias") ? ["bias=bias"] : []),
    ...(places ? ["**options"] : []),
  ];
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
