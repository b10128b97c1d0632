/**
 * What a network's report assumes: what is said here of its input and its arguments, with what its making, its run and
 * the modules that it hangs on said themselves (`interpret/assumptions.ts`).
 */

import type { ReportArguments } from "../contract/report.ts";
import { type Batch, isListOfSamples } from "../inputs/batchAxis.ts";
import type { Trial } from "../inputs/trials.ts";
import { type Assumption, noteAssumption } from "../interpret/assumptions.ts";
import type { Framework } from "../interpret/framework.ts";
import type { OpRecord } from "../interpret/trace.ts";
import { type Instance, isUnknown, type Shape, type Value } from "../interpret/values.ts";
import type { Span } from "../syntax/span.ts";

/** A network that was run, and how it came to that. */
export interface Traced {
  readonly framework: Framework;
  readonly network: Value;
  /** Where the network is defined. */
  readonly at: Span;
  readonly trial: Trial;
  readonly batch: Batch;
  /** Arguments that its definition leaves open, and the place that gives them. */
  readonly stated: { readonly of: ReportArguments; readonly at: Span } | undefined;
  /** It and its layers. */
  readonly layers: Iterable<Instance>;
  /** What making it, running it and the modules that it hangs on assumed. */
  readonly said: readonly Assumption[];
}

/** Each once: what the figures hang on most comes first. */
export function assumptionsOf(traced: Traced): readonly Assumption[] {
  const all: Assumption[] = [];
  for (const assumption of [
    ...ofInput(traced),
    ...ofBatch(traced),
    ...ofArguments(traced),
    ...ofBases(traced),
    ...traced.said,
  ])
    noteAssumption(all, assumption);
  const told = all.filter((one) => !all.some((other) => isToldBy(other, one)));
  return ORDER.flatMap((kind) => told.filter((assumption) => assumption.kind === kind));
}

/** A library is named once, other things once a line; and what has a place is not said again without one. */
function isToldBy(other: Assumption, one: Assumption): boolean {
  if (other === one || other.kind !== one.kind || other.text !== one.text) return false;
  if (one.at === undefined) return other.at !== undefined;
  const isOnce = one.kind === "module" || (other.at?.file === one.at.file && other.at.line === one.at.line);
  return isOnce && isBefore(other.at, one.at);
}

function isBefore(a: Span | undefined, b: Span): boolean {
  if (!a) return false;
  return a.file === b.file ? a.line < b.line || (a.line === b.line && a.column < b.column) : a.file < b.file;
}

const ORDER = ["input", "batch_axis", "argument", "module", "branch", "value"] as const;

/** What the user or a comment says is no assumption, nor is what the network itself leaves no choice of. */
function ofInput({ trial: { input, run }, at }: Traced): readonly Assumption[] {
  const { specs, origin, borrowed, isOwn } = input;
  if (origin === "user" || origin === "comment" || isOwn === true || specs.length === 0) return [];
  const shapes = specs.map(({ shape, dtype }) => shapeText(shape, dtype)).join(", ");
  const say = (why: string, where: Span | undefined): readonly Assumption[] => [
    { kind: "input", text: `${shapes}, ${why}`, at: where },
  ];
  if (origin === "call")
    return borrowed === true
      ? say("as the program calls a network of its class", input.at ?? at)
      : say("as the program calls it", input.at ?? at);
  const first = run.trace.ops.find((op) => op.weights.length > 0);
  const layer = first && entrance(first);
  if (origin === "declared") return say("of the size that the network itself names", at);
  const why = origin === "fitted" ? "the first that fits of those that were tried" : "a guess";
  return layer
    ? say(`${why} for the layer that it enters by, ${layer.name}`, layer.at ?? at)
    : say(`${why} that no layer tells of`, at);
}

/** The layer that the input enters by: its class or function, and where it is made. */
function entrance({ scope, name, site }: OpRecord): { readonly name: string; readonly at: Span | undefined } {
  const instance = scope?.instance;
  // A layer of the framework; a function that the program's own class calls is told by itself.
  const isLayer = instance !== undefined && instance.cls.module === undefined;
  return isLayer ? { name: instance.cls.name, at: instance.site?.at ?? site?.at } : { name, at: site?.at };
}

function shapeText(shape: Shape, dtype: string): string {
  const sizes = shape.map((dim) => (isUnknown(dim) ? "?" : dim)).join("×");
  return dtype === "float32" ? sizes : `${sizes}:${dtype}`;
}

/** One sample in front is as much as nothing assumed: no figure would be another. */
function ofBatch({ framework, network, trial: { run, input }, batch, at }: Traced): readonly Assumption[] {
  const { samples, axis } = batch;
  if (axis === 0 && samples === 1) return [];
  return [{ kind: "batch_axis", text: batchText(), at: input.at ?? at }];

  function batchText(): string {
    if (framework.unbatched === true || framework.isUnbatched?.(network) === true)
      return "none, for the network is called on one sample";
    if (isListOfSamples(run)) return `none, for each of ${samples} tensors in a list is a sample`;
    if (axis === null) return "none was found; figures are for the whole input";
    return `axis ${axis} holds ${samples} samples, as its layers take it; figures are for one of them`;
  }
}

function ofArguments({ stated }: Traced): readonly Assumption[] {
  if (!stated) return [];
  const { of, at } = stated;
  const whence = of.origin === "call" ? "as the program calls it" : "defaults of what the annotation names";
  return [{ kind: "argument", text: `${of.text}, ${whence}`, at }];
}

/** Classes whose base was not found, and that are taken to be networks for their methods. */
function ofBases({ layers }: Traced): readonly Assumption[] {
  const classes = new Set([...layers].flatMap(({ cls }) => cls.mro.filter((base) => base.assumedBase)));
  return [...classes].map(({ name, at, assumedBase }) => ({
    kind: "module",
    text: `the base of ${name} was not found, so it is taken to be a ${assumedBase?.name}`,
    at,
  }));
}
