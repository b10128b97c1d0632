/**
 * How an op on tensors is declared and run. One entry is a signature as in torch's documentation and a rule that
 * answers shapes; it serves `torch.name`, `Tensor.name` and the in-place `Tensor.name_`. Running it records one op.
 */

import { entryOf } from "../../../base/table.ts";
import type { OpName } from "../../../contract/report.ts";
import { sum } from "../../../cost/lift.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { bind, unfollowed } from "../../../interpret/native.ts";
import { type ParsedSignature, parseSignature } from "../../../interpret/signature.ts";
import type { Contraction, ConvGeometry, Count } from "../../../interpret/trace.ts";
import {
  type Dim,
  Float,
  type Kwargs,
  List,
  NativeFunction,
  type Shape,
  Tensor,
  Tuple,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { FOLLOWS_MISFIT } from "../../rules/mismatch.ts";
import { type ArgumentCheck, possibleArguments } from "../../rules/possible.ts";
import { Misfit, numel, showShape } from "../../shape/dims.ts";
import { Given, type Refusal } from "../refused/given.ts";
import { Args } from "./args.ts";
import type { Toolkit } from "./toolkit.ts";

/** One output of an op. The dtype is that of the first tensor argument unless told otherwise. */
export interface Made {
  readonly shape: Shape | Unknown;
  readonly dtype?: string;
  readonly data?: readonly number[] | undefined;
  /** Places of a view's elements in its input, when they are known. */
  readonly positions?: readonly number[] | undefined;
  /** The input's axis that each axis is, when all that changed is their order. */
  readonly axes?: readonly number[] | undefined;
}

/** Several outputs and what they come in. */
export interface Several {
  readonly each: readonly Made[];
  readonly pack: "tuple" | "list" | { readonly name: string; readonly fields: readonly string[] };
}

/** Shapes that do not fit, or an unknown in place of several outputs. */
export type Answer = Made | Several | Misfit | Unknown;

export interface OpSpec {
  /** Parameters as torch writes them. `out`, `device` and their like are taken by every op and ignored. */
  readonly signature: string;
  readonly rule: (a: Args) => Answer;
  /** What torch refuses besides; libraries that share the rule refuse other calls. */
  readonly refused?: Refusal | undefined;
  /** Outputs look at the storage of the first tensor argument. */
  readonly view?: boolean;
  /** "other" unless told otherwise. */
  readonly op?: OpName;
  /** Multiply-accumulates, asked after the rule with the same arguments; its op then is "matmul". */
  readonly macs?: (a: Args, outputs: readonly Tensor[]) => Count;
  readonly geometry?: (a: Args) => ConvGeometry | undefined;
  /** Arguments that pick by whole numbers. */
  readonly indices?: (a: Args) => readonly Tensor[];
  readonly contractions?: (a: Args) => readonly Contraction[];
  /** There is a `name_` that writes to its first argument. */
  readonly inPlace?: boolean;
}

export type OpTable = Readonly<Record<string, OpSpec>>;

/** Keyword arguments that change neither shapes nor cost. */
const INERT = new Set([
  "out",
  "device",
  "layout",
  "requires_grad",
  "pin_memory",
  "memory_format",
  "generator",
  "names",
  "non_blocking",
]);

/** NumPy's names of arguments, which torch takes too. */
const ALIASES: Readonly<Record<string, string>> = {
  axis: "dim",
  axes: "dim",
  keepdims: "keepdim",
  x: "input",
  x1: "input",
  x2: "other",
  a: "input",
  axis0: "dim0",
  axis1: "dim1",
  self: "input",
  tensor: "input",
  // Of `pow` and `heaviside`.
  exponent: "other",
  values: "other",
  // As `Tensor.split` calls it.
  split_size: "split_size_or_sections",
  // Overloads of `tensor_split`.
  indices: "indices_or_sections",
  sections: "indices_or_sections",
};

/** Fits keyword arguments to a signature: drops inert ones, renames aliases, opens `*size` given by keyword. */
function settle(
  signature: ParsedSignature,
  args: readonly Value[],
  kwargs: Kwargs,
): [readonly Value[], Kwargs] {
  if (kwargs.size === 0) return [args, kwargs];
  const kept = new Map<string, Value>();
  let positional = args;
  for (const [key, value] of kwargs) {
    const alias = entryOf(ALIASES, key);
    if (signature.names.has(key)) kept.set(key, value);
    else if (key === signature.rest) positional = [...positional, value];
    else if (alias !== undefined && (signature.names.has(alias) || signature.rest === alias)) {
      if (signature.rest === alias) positional = [...positional, value];
      else kept.set(alias, value);
    } else if (!INERT.has(key)) kept.set(key, value);
  }
  return [positional, kept];
}

/** What is taken for the arguments of an op; undefined where any will do. */
export type CheckOf = (name: string, signature: ParsedSignature) => ArgumentCheck | undefined;

/** The native function of an op, `torch.name` and `Tensor.name` alike. */
export function toNative(kit: Toolkit, name: string, spec: OpSpec, takes?: CheckOf): NativeFunction {
  return native(kit, name, spec, (a) => run(a, name, spec), takes);
}

/** `name_`: runs the op and writes the result to its first argument. */
export function toInPlace(kit: Toolkit, name: string, spec: OpSpec): NativeFunction {
  return native(kit, `${name}_`, spec, (a, first) => {
    if (!(first instanceof Tensor)) return run(a, name, spec);
    const refused = spec.refused?.(new Given((argument) => entryOf(a.bound, argument)));
    const answer = refused === undefined ? grown(first, spec, spec.rule(a)) : refusedBy(a, refused);
    if (answer instanceof Misfit) misfit(a, `${name}_`, answer);
    else if ("shape" in answer) {
      a.interp.touch(first);
      if (spec.view === true) first.shape = answer.shape;
      const fits = numel(answer.shape) === numel(first.shape);
      a.kit.write(a.interp, first, fits ? answer.data : undefined);
    }
    record(a, `${name}_`, spec, [first], spec.view === true ? 0 : numel(first.shape), true);
    return first;
  });
}

/** A tensor that is written into keeps its size: what makes more of it does not fit. */
function grown<T extends object>(first: Tensor, spec: OpSpec, answer: T): T | Misfit {
  if (spec.view === true || !("shape" in answer) || first.shape instanceof Unknown) return answer;
  const made = answer.shape as Shape | Unknown;
  const isOther = !(made instanceof Unknown) && hasOtherSizes(first.shape, made);
  return isOther
    ? new Misfit(
        `output with shape ${showShape(first.shape)} doesn't match the broadcast shape ${showShape(made)}`,
      )
    : answer;
}

function hasOtherSizes(a: Shape, b: Shape): boolean {
  const differs = (size: Dim, axis: number): boolean =>
    typeof size === "number" && typeof b[axis] === "number" && size !== b[axis];
  return a.length !== b.length || a.some(differs);
}

function native(
  kit: Toolkit,
  name: string,
  spec: OpSpec,
  code: (a: Args, first: Value) => Value,
  takes?: CheckOf,
): NativeFunction {
  let parsed: ParsedSignature | undefined;
  let check: ArgumentCheck | undefined;
  return new NativeFunction(
    name,
    (interp, args, kwargs) => {
      if (parsed === undefined) {
        parsed = parseSignature(spec.signature);
        const taken = takes?.(name, parsed);
        check = taken && { ...taken, notesUnknown: true };
      }
      const bound = bind(interp, name, parsed, ...settle(parsed, args, kwargs));
      if (typeof bound === "string") return interp.fail("TypeError", bound);
      if (bound instanceof Unknown) return unfollowed(interp, bound);
      const first = parsed.params[0];
      const possible = check ? possibleArguments(interp, bound, check) : bound;
      const answer = code(new Args(possible, kit, interp), first ? entryOf(possible, first.name) : undefined);
      const out = kwargs.size > 0 ? kwargs.get("out") : undefined;
      if (out !== undefined && out !== null && !parsed.names.has("out")) writeOut(kit, interp, out, answer);
      return answer;
    },
    spec.signature,
  );
}

/** What `out=` names has the answer's shape and elements from here on. */
function writeOut(kit: Toolkit, interp: Interp, out: Value, answer: Value): void {
  const answers = answer instanceof Tuple || answer instanceof List ? answer.items : [answer];
  for (const [i, target] of (out instanceof Tuple ? out.items : [out]).entries()) {
    if (!(target instanceof Tensor)) continue;
    const made = answers[i];
    interp.touch(target);
    target.shape = made instanceof Tensor ? made.shape : interp.unknown("what is written here is not known");
    kit.write(interp, target, made instanceof Tensor ? kit.dataOf(made) : undefined);
  }
}

function run(a: Args, name: string, spec: OpSpec): Value {
  const refused = spec.refused?.(new Given((argument) => entryOf(a.bound, argument)));
  const answer = refused === undefined ? spec.rule(a) : refusedBy(a, refused);
  // A view costs nothing, whose unknown form would tell of it.
  const isOwnDoubt = spec.view === true && a.inputs.every(({ shape }) => !(shape instanceof Unknown));
  if (a.unknown && isOwnDoubt) a.interp.gap(a.unknown.reason);
  const first = a.inputs[0];
  if (answer instanceof Misfit) {
    if (a.unknown === undefined) misfit(a, name, answer);
    const shape = a.unknown ?? answer.guess ?? a.interp.unknown(FOLLOWS_MISFIT);
    return finish(a, name, spec, [{ shape }])[0];
  }
  if (answer instanceof Unknown) return answer;
  if ("shape" in answer) {
    const made = a.unknown ? { ...answer, shape: a.unknown, data: undefined } : answer;
    return finish(a, name, spec, [made])[0];
  }
  if (a.unknown) return a.unknown;
  const outputs = finish(a, name, spec, answer.each);
  if (answer.pack === "list") return new List(outputs);
  if (answer.pack === "tuple") return new Tuple(outputs);
  if (first === undefined) return new Tuple(outputs);
  a.kit.derive(a.interp);
  return a.kit.namedTuple(answer.pack.name, answer.pack.fields, outputs);
}

/** What the call reads is told with it; nothing is known of what comes out. */
function refusedBy(a: Args, reason: string): Misfit {
  for (const value of Object.values(a.bound)) if (value instanceof Tensor) a.inputs.push(value);
  return new Misfit(reason);
}

/** Of an op's many outputs, each one: a tensor, and what is noted of its storage. */
const STEPS_A_PART = 16;

/** Makes the outputs and records the op. */
function finish(a: Args, name: string, spec: OpSpec, each: readonly Made[]): Tensor[] {
  const { kit, interp } = a;
  const base = a.inputs[0];
  interp.tick((each.length - 1) * STEPS_A_PART);
  const outputs = each.map((made) => {
    const tensor = kit.make(possible(a, name, made.shape), made.dtype ?? base?.dtype ?? "float32", made.data);
    if (spec.view === true && base) kit.share(tensor, base, made.positions);
    tensor.maker = name;
    if (interp.site) tensor.site = interp.site;
    return tensor;
  });
  const elementwise = spec.view === true || spec.macs ? 0 : sum(outputs.map((tensor) => numel(tensor.shape)));
  record(a, name, spec, outputs, elementwise, spec.view === true, each[0]?.axes);
  return outputs;
}

/** No tensor has a size that is infinite, negative or no whole number, whatever the arguments of its op were. */
function possible({ interp }: Args, name: string, shape: Shape | Unknown): Shape | Unknown {
  if (shape instanceof Unknown) return shape;
  const wrong = shape.find((size) => typeof size === "number" && !(Number.isSafeInteger(size) && size >= 0));
  if (wrong === undefined) return shape;
  // As Python writes it: `inf`, not JavaScript's `Infinity`.
  const shown = Number.isFinite(wrong) ? wrong : interp.repr(new Float(Number(wrong)));
  const message = `${name}: no tensor has the size ${String(shown)}`;
  return interp.fail("RuntimeError", message, { severity: "error", code: "raises" });
}

function record(
  a: Args,
  name: string,
  spec: OpSpec,
  outputs: readonly Tensor[],
  elementwise: Count,
  view: boolean,
  axes?: readonly number[],
): void {
  const macs = spec.macs ? (a.unknown ?? spec.macs(a, outputs)) : 0;
  const geometry = spec.geometry?.(a);
  const indices = spec.indices?.(a) ?? [];
  const contractions = spec.contractions?.(a) ?? [];
  const inputs = [...new Set(a.inputs)];
  a.interp.record({
    op: spec.op ?? (spec.macs ? "matmul" : "other"),
    name,
    inputs: inputs.filter((tensor) => tensor.parameter === undefined),
    outputs,
    weights: inputs.filter((tensor) => tensor.parameter !== undefined),
    macs,
    elementwise,
    ...(geometry ? { geometry } : {}),
    ...(view ? { view } : {}),
    ...(axes ? { axes } : {}),
    ...(indices.length > 0 && { indices }),
    ...(contractions.length > 0 && { contractions }),
  });
}

/** Reports shapes that do not fit, with where each tensor was made. */
export function misfit(a: Args, name: string, found: Misfit): void {
  a.interp.raiseIfCaught("RuntimeError", `${name}: ${found.message}`);
  a.interp.diagnose({
    severity: "error",
    code: "shape-mismatch",
    message: `${name}: ${found.message}`,
    tensors: a.inputs,
    ...(found.isOfAxes && { isOfAxes: true }),
    related: a.inputs
      .filter((tensor) => tensor.site !== undefined)
      .map((tensor) => ({
        message: `${tensor.maker ?? "a tensor"} makes ${showShape(tensor.shape)}`,
        at: tensor.site!.at,
      })),
  });
}
