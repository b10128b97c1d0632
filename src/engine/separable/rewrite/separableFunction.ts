/**
 * The function that a file gets in place of one nested `keras.Sequential` for each call: it takes what Keras'
 * convolution takes and gives a layer, so that calls keep their arguments and comments as they are.
 */
import { laidOut, quoteOf, widthOf } from "./layout.ts";
import { unitOf } from "./place.ts";

/** In the order of Keras' convolutions. */
export const FUNCTION_PARAMETERS = [
  ["filters", undefined],
  ["kernel_size", undefined],
  ["strides", "1"],
  ["padding", '"valid"'],
  ["data_format", "None"],
  ["dilation_rate", "1"],
  ["groups", "1"],
  ["activation", "None"],
  ["use_bias", "True"],
] as const;

/** What calls give by name alone. */
export const NAMED_PARAMETERS = [
  ["kernel_initializer", '"glorot_uniform"'],
  ["bias_initializer", '"zeros"'],
  ["kernel_regularizer", "None"],
  ["bias_regularizer", "None"],
  ["kernel_constraint", "None"],
  ["bias_constraint", "None"],
  ["name", "None"],
] as const;

export type FunctionParameter =
  | (typeof FUNCTION_PARAMETERS)[number][0]
  | (typeof NAMED_PARAMETERS)[number][0];

/** What one call needs of the function of its file. */
export interface FunctionNeed {
  readonly kind: "function";
  readonly file: string;
  /** Where the call stands. */
  readonly line: number;
  readonly name: string;
  /** As the file spells them: `layers.Conv2D`, `layers.DepthwiseConv2D`, `keras.Sequential`. */
  readonly conv: string;
  readonly depthwise: string;
  readonly sequential: string;
  /** The batch norm and the activation between. */
  readonly between: readonly string[];
  /** Parameters that the call gives, by name or by place. */
  readonly given: ReadonlySet<FunctionParameter>;
}

/** The first half has no bias, and its kernel's options are called those of a depthwise one. */
const OF_DEPTHWISE = ["strides", "padding", "data_format", "dilation_rate"] as const;
const OF_KERNEL = ["initializer", "regularizer", "constraint"] as const;
const OF_POINTWISE = [
  "data_format",
  "activation",
  "use_bias",
  ...NAMED_PARAMETERS.map(([parameter]) => parameter).filter((parameter) => parameter !== "name"),
] as const;

export function functionText(needs: readonly FunctionNeed[], source: string): string {
  const [{ name, conv, depthwise, sequential, between }] = needs as [FunctionNeed, ...FunctionNeed[]];
  const has = (parameter: FunctionParameter): boolean => needs.some(({ given }) => given.has(parameter));
  const [unit, width, quote] = [unitOf(source, "python"), widthOf(source), quoteOf(source)];
  const parameters = [...FUNCTION_PARAMETERS, ...NAMED_PARAMETERS]
    .filter(([parameter, value]) => value === undefined || has(parameter))
    .map(([parameter, value]) =>
      value === undefined ? parameter : `${parameter}=${value.replaceAll('"', quote)}`,
    );
  const inner = unit.repeat(3);
  const layer = (callee: string, args: readonly string[]): string =>
    `${inner}${laidOut(`${callee}(`, args, "),", { indent: inner, unit, width })}`;
  const same = (parameter: FunctionParameter): string => `${parameter}=${parameter}`;
  return [
    laidOut(`def ${name}(`, parameters, "):", { indent: "", unit, width }),
    `${unit}"""A depthwise convolution and a pointwise one, in place of a standard one."""`,
    `${unit}return ${sequential}(`,
    `${unit}${unit}[`,
    layer(depthwise, [
      "kernel_size",
      ...OF_DEPTHWISE.filter(has).map(same),
      "use_bias=False",
      ...OF_KERNEL.filter((part) => has(`kernel_${part}`)).map((part) => `depthwise_${part}=kernel_${part}`),
    ]),
    ...between.map((part) => `${inner}${part},`),
    layer(conv, ["filters", "1", ...OF_POINTWISE.filter(has).map(same)]),
    ...(has("name") ? [`${unit}${unit}],`, `${unit}${unit}name=name,`] : [`${unit}${unit}]`]),
    `${unit})`,
  ].join("\n");
}
