/** One run of a network on an input: what came of it, and whether the input fits. */

import { isUnpackingError } from "../interpret/errorTexts.ts";
import type { Framework } from "../interpret/framework.ts";
import {
  BESIDE_COST,
  BY_NAME,
  type Gap,
  type OpRecord,
  type Trace,
  type TraceDiagnostic,
} from "../interpret/trace.ts";
import {
  type ClassValue,
  Dict,
  Instance,
  isUnknown,
  List,
  Tensor,
  Tuple,
  Unknown,
  type Value,
} from "../interpret/values.ts";
import { NOWHERE, type Span } from "../syntax/span.ts";
import type { ChosenInput } from "./candidates.ts";

export interface Run {
  readonly trace: Trace;
  readonly inputs: readonly Tensor[];
  readonly output: Value;
}

export function hasFailed(run: Run): boolean {
  return run.trace.diagnostics.some((each) => each.code === "raises" || isMismatch(each));
}

export function hasMismatch(run: Run): boolean {
  return run.trace.diagnostics.some(isMismatch);
}

/** One that is only warned of leaves an empty array, and the network goes on. */
function isMismatch({ code, severity }: TraceDiagnostic): boolean {
  return code === "shape-mismatch" && severity === "error";
}

function isMisfit({ code }: TraceDiagnostic): boolean {
  return code === "shape-mismatch";
}

/** The input has not the axes that the network takes it to have. */
export function isUnpackedOtherwise(run: Run): boolean {
  return run.trace.diagnostics.some(({ message }) => isUnpackingError(message));
}

/** The program asserts that it is not run on such an input. */
export function isAsserted(run: Run): boolean {
  return run.trace.diagnostics.some(({ code }) => code === "assertion");
}

/** Nothing was said against the input, and nothing missed. */
export function isClean(run: Run): boolean {
  return !hasFailed(run) && run.trace.gaps.length === 0 && run.trace.diagnostics.length === 0;
}

/** The network takes entries by their names out of what was given as one tensor. */
export function takesDict(run: Run): boolean {
  return run.trace.gaps.some(({ reason }) => reason === BY_NAME);
}

/** What the network asks for besides the one input that it was given. */
export function wantedBesides({ trace }: Run): string | undefined {
  return trace.diagnostics.find(({ at, message }) => at === NOWHERE && NEEDS.test(message))?.message;
}

/** What a call says whose arguments are too few. */
const NEEDS = /^\S+\(\) needs \w+$/;

export function firstMismatch(run: Run): string | undefined {
  return run.trace.diagnostics.find(({ code }) => code === "shape-mismatch")?.message;
}

/** What the framework refuses makes figures of no network: whichever input led there, they are not complete. */
export function refusals(diagnostics: readonly TraceDiagnostic[]): Trace["gaps"] {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message, at }) => ({ reason: message, at }));
}

/** What was said when the program itself ran, of layers and calls that are in this run too. */
export function saidOfSame({ trace }: Run, said: readonly TraceDiagnostic[]): readonly TraceDiagnostic[] {
  if (said.length === 0) return said;
  const places = new Set<Span | undefined>();
  for (const { site, scope } of trace.ops) {
    places.add(site?.at);
    for (let layer = scope; layer; layer = layer.parent) places.add(layer.instance.site?.at);
  }
  return said.filter(({ at }) => places.has(at));
}

/** What the module's own statements said while another network ran is that one's. */
export function isAbout(
  network: Value,
  names: ReadonlyMap<Instance, string>,
): (problem: TraceDiagnostic) => boolean {
  const own = [...(network instanceof Instance ? [network] : []), ...names.keys()];
  const classes = new Set(own.map(({ cls }) => cls));
  return (problem) => {
    let outermost: ClassValue | undefined;
    for (let at = problem.scope; at !== undefined; at = at.parent)
      if (at.instance.cls.at) outermost = at.instance.cls;
    return outermost === undefined || classes.has(outermost);
  };
}

/** What was missed while the constructor of a network ran. */
export function gapsIn(gaps: readonly Gap[], network: Value): readonly Gap[] {
  const made = network instanceof Instance ? network.site : undefined;
  if (!made) return [];
  return gaps.filter(({ site }) => {
    for (let call = site; call; call = call.caller) if (call === made) return true;
    return false;
  });
}

/** What a run says of its network. Where it is an input of our own choice that does not fit, no line is at fault. */
export function verdict(run: Run, input: ChosenInput): Trace {
  const said = verdictOnInput(run, input);
  const isIdle = said.ops.length === 0 && said.gaps.length === 0;
  return isIdle ? { ...said, gaps: [noOps(said.diagnostics)] } : said;
}

function verdictOnInput(given: Run, { specs, origin, borrowed, isOwn, isUnfit }: ChosenInput): Trace {
  const isGiven = origin === "call" || origin === "user" || origin === "comment" || isOwn === true;
  if (isGiven && borrowed !== true) return given.trace;
  const run = { ...given, trace: withoutBesides(given.trace) };
  const { ops, diagnostics, gaps, misfits = [] } = run.trace;
  const besides = specs.length === 0 ? wantedBesides(run) : undefined;
  const found = diagnostics.find(origin === "default" ? isMisfit : isMismatch);
  const apart = origin === "default" ? takenApart(run) : undefined;
  const isGuess = isUnfit === true || (found !== undefined && comesAsGiven(run, found));
  const unfit = isGuess ? found : undefined;
  const wanted = unfit && { message: `${INPUT_WANTED}: ${unfit.message}`, at: unfit.at };
  const ofInput = diagnostics.filter(isOfInput).map(({ message }) => message);
  return {
    ...run.trace,
    reworded: new Map(ofInput.map((message) => [message, `${INPUT_WANTED}: ${message}`])),
    // What an input costs that does not fit is no part of what the network costs.
    ops: wanted ? ops.map((op) => uncounted(op, wanted.message)) : ops,
    diagnostics: diagnostics.flatMap((each): TraceDiagnostic[] => {
      if (each === unfit && wanted)
        return [{ ...each, ...wanted, severity: "warning", code: "unknown-value" }];
      // What follows from it says no more.
      if (each.code === "shape-mismatch" && unfit) return [];
      if (each.message === besides) return [{ ...each, message: `${INPUTS_WANTED}: ${besides}` }];
      // The program refuses an input that it was not written for.
      return each.code === "raises" ? [{ ...each, severity: "warning" }] : [each];
    }),
    gaps: [
      ...gaps.map((gap) =>
        gap.reason === besides ? { ...gap, reason: `${INPUTS_WANTED}: ${besides}` } : gap,
      ),
      ...(wanted ? [{ reason: wanted.message, at: wanted.at }] : []),
      // With another input the program may not have come to its handler.
      ...(isGiven ? [] : misfits).map(({ reason, at }) => ({ reason: `${INPUT_WANTED}: ${reason}`, at })),
      ...(apart ? [{ reason: LIST_WANTED, at: apart.site?.at }] : []),
    ],
  };
}

/** Without what losses, states and masks say of an input that is guessed: another would have fitted. */
function withoutBesides(trace: Trace): Trace {
  const isBeside = ({ code }: TraceDiagnostic): boolean => code === BESIDE_COST;
  const said = new Set(trace.diagnostics.filter(isBeside).map(({ message }) => message));
  if (said.size === 0) return trace;
  return {
    ...trace,
    diagnostics: trace.diagnostics.filter((each) => !isBeside(each)),
    gaps: trace.gaps.filter(({ reason }) => !said.has(reason)),
  };
}

/** An error that tells of the input's axes or sizes, which nothing but a guess gave. */
function isOfInput({ code, message }: TraceDiagnostic): boolean {
  if (code === "raises" || code === "assertion") return message === "AssertionError" || SIZES.test(message);
  return isUnpackingError(message) || NO_AXIS.test(message) || NO_ITEM.test(message);
}

const SIZES = /\b(input|shape|size|dim|dimension|axis|axes|rank|channel|length|height|width|image)(s|es)?\b/i;
const NO_AXIS = / has no axis /;
const NO_ITEM = /^IndexError: (list|tuple) .*index out of range$/;

function uncounted(op: OpRecord, reason: string): OpRecord {
  return op.macs === 0 ? op : { ...op, macs: new Unknown(reason) };
}

/** A network of which nothing ran costs what its forward would cost, had it one. */
function noOps(diagnostics: Trace["diagnostics"]): Trace["gaps"][number] {
  const [first] = diagnostics;
  return { reason: first?.message ?? "no op of it ran", at: first?.at };
}

const INPUT_WANTED = "needs its input, as in # convlens: input=1x3x224x224";
const INPUTS_WANTED = "needs its inputs, as in # convlens: input=1x128:int32 1x128:int32";

/** Ops whose output has the channels that their weights give it, whatever the input had. */
const SETTLING: ReadonlySet<string> = new Set([
  "conv",
  "conv_transpose",
  "linear",
  "embedding",
  "recurrent",
  "attention",
]);

/** Positions of what was added to a sequence that has `length` of them, and did not fit. */
export function positionsIn({ trace }: Run, length: number): number | undefined {
  const found = trace.diagnostics.find(({ code }) => code === "shape-mismatch");
  const [shape, other] = found?.tensors?.map((tensor) => tensor.shape) ?? [];
  if (shape === undefined || other === undefined || isUnknown(shape) || isUnknown(other)) return undefined;
  for (let axis = 1; axis <= Math.min(shape.length, other.length); axis++) {
    const [a, b] = [shape.at(-axis), other.at(-axis)];
    if (a === length && typeof b === "number" && b !== a && b > 1) return b;
    if (b === length && typeof a === "number" && a !== b && a > 1) return a;
  }
  return undefined;
}

/**
 * Does one of the tensors come from the network's input with no layer between that would settle its channels? Where
 * there is none (a list without items is joined), no layer made any.
 */
function comesAsGiven(run: Run, { tensors, isOfAxes }: TraceDiagnostic): boolean {
  if (tensors === undefined) return false;
  return tensors.length === 0 || reachingInputs(run, tensors, isOfAxes === true).size > 0;
}

/** The inputs that come to one of the tensors with no layer between that would settle its channels, or its axes. */
export function reachingInputs(
  { trace, inputs }: Run,
  tensors: readonly Tensor[],
  isOfAxes = false,
): ReadonlySet<Tensor> {
  const makers = new Map(trace.ops.flatMap((op) => op.outputs.map((output) => [output, op] as const)));
  const seen = new Set(tensors);
  // A linear layer leaves the number of axes as it was given.
  const isSettling = (op: OpRecord["op"]): boolean => SETTLING.has(op) && !(isOfAxes && op === "linear");
  for (const tensor of seen) {
    const maker = makers.get(tensor);
    const settles = maker && (isSettling(maker.op) || (maker.op === "matmul" && maker.weights.length > 0));
    if (maker && !settles) for (const input of maker.inputs) seen.add(input);
  }
  return new Set(inputs.filter((input) => seen.has(input)));
}

const LIST_WANTED =
  "needs its input: what it is given is taken apart piece by piece, as a list of feature maps would be";

/** Where a batch of images is taken apart into its samples, as no image is. */
function takenApart({ trace, inputs }: Run): OpRecord | undefined {
  return trace.ops.find(({ name, inputs: [whole], outputs: [piece] }) => {
    if (name !== "unbind" || whole === undefined || !inputs.includes(whole)) return false;
    const [shape, inner] = [whole.shape, piece?.shape];
    if (isUnknown(shape) || inner === undefined || isUnknown(inner) || shape.length < 4) return false;
    return shape[0] !== shape[1] && shape.slice(1).every((dim, axis) => dim === inner[axis]);
  });
}

/** Why there may be parameters that nothing tells of: what making the network met, and its parts that were not read. */
export function unreadParameters(
  framework: Framework,
  network: Value,
  building: Trace["gaps"],
  running: Trace["gaps"],
): readonly Unknown[] {
  const unread = framework.unread?.(network);
  const doubtful = unread?.attributes && new Set(unread.attributes.map(({ reason }) => reason));
  // Where running makes no parameters, it may still have called an attribute that has some.
  const met = doubtful ? running.filter(({ reason }) => doubtful.has(reason)) : running;
  return [
    ...[...building, ...met].map(({ reason, at }) => new Unknown(reason, at)),
    ...(unread?.parts ?? []),
  ];
}

/** All tensors in a network's answer: tuples, lists, dicts and objects of them. */
export function tensorsIn(value: Value, depth = 0): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (depth > 4) return [];
  if (value instanceof Tuple || value instanceof List)
    return value.items.flatMap((item) => tensorsIn(item, depth + 1));
  if (value instanceof Dict)
    return [...value.entries.values()].flatMap((entry) => tensorsIn(entry.value, depth + 1));
  if (value instanceof Instance)
    return [...value.attrs.values()].flatMap((item) => tensorsIn(item, depth + 1));
  return [];
}
