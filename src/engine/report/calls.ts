/**
 * The calls of a program, with what runs below each of them: `self.conv1(x)`, `self.layer1(x)`, `F.relu(x)`, `a + b`;
 * and the lines that make layers which the report does not list, for they cost no MACs and have no parameters.
 */

import type { Called, CallSite } from "../contract/engine.types.ts";
import type { Place } from "../contract/report.ts";
import { type Batch, batchAxisOf } from "../inputs/batchAxis.ts";
import { reportShape, Tally } from "../interpret/counts.ts";
import type { LayerScope, OpRecord, Site } from "../interpret/trace.ts";
import type { Instance, Tensor } from "../interpret/values.ts";
import { place } from "../syntax/place.ts";
import { isLayer, type PricedRow } from "./layers.ts";
import { placeKey } from "./places.ts";

export interface CallSource {
  readonly network: string;
  readonly ops: readonly OpRecord[];
  readonly names: ReadonlyMap<Instance, string>;
  readonly batch: Batch;
  /** All rows, free ones too, in the order of the report's layers. */
  readonly rows: readonly PricedRow[];
}

/** More kinds of calls at one place tell nobody more. */
const MOST_CALLED = 64;

interface Open {
  readonly at: Place;
  readonly layers: Set<number>;
  readonly runs: Set<LayerScope | OpRecord | Site>;
  readonly called: Map<string, Called>;
  readonly macs: Tally;
  readonly elementwise: Tally;
}

export function callSites(source: CallSource): readonly CallSite[] {
  const { network, ops, batch } = source;
  const { samples } = batch;
  const layerOf = layerIndices(source.rows);
  const single = singleOps(ops);
  const open = new Map<string, Open>();
  const opened = (at: Place): Open => {
    const key = placeKey(at);
    const known = open.get(key);
    if (known) return known;
    const made = {
      ...{ at, layers: new Set<number>(), runs: new Set<Site>(), called: new Map<string, Called>() },
      ...{ macs: new Tally(), elementwise: new Tally() },
    };
    open.set(key, made);
    return made;
  };

  for (const op of ops) {
    const isFixed = batch.fixed.has(op);
    const met = new Set<Open>();
    for (let site = op.site; site !== undefined; site = site.caller) {
      if (site.at.line < 1) continue;
      const call = opened(place(site.at));
      const layer = layerOf.get(op);
      if (layer !== undefined) call.layers.add(layer);
      const scope = calledModule(op.scope, site);
      call.runs.add(scope ?? (op.site === site ? op : site));
      const called = scope ? moduleCalled(scope, source) : single.get(site) && opCalled(op, batch);
      if (called && call.called.size < MOST_CALLED) call.called.set(JSON.stringify(called), called);
      // A function that calls itself is at one place twice.
      if (met.has(call)) continue;
      met.add(call);
      call.macs.add(op.macs, isFixed);
      call.elementwise.add(op.elementwise, isFixed);
    }
  }
  const calls = [...open.values()].map(
    ({ at, layers, runs, called, macs, elementwise }): CallSite => ({
      ...{ at, network, layers: [...layers].sort((a, b) => a - b), called: [...called.values()] },
      ...{ runs: runs.size, macs: macs.value(samples), elementwise: elementwise.value(samples) },
    }),
  );
  return [...calls, ...freeLayers(source)];
}

/** Which layer of the report an op belongs to. */
export function layerIndices(rows: readonly PricedRow[]): ReadonlyMap<OpRecord, number> {
  const indices = new Map<OpRecord, number>();
  for (const [index, row] of rows.filter(isLayer).entries()) for (const op of row.ops) indices.set(op, index);
  return indices;
}

/** Calls that are one op themselves: what goes into it and comes out of it is the call's own. */
function singleOps(ops: readonly OpRecord[]): ReadonlyMap<Site, boolean> {
  const single = new Map<Site, boolean>();
  for (const { site } of ops) if (site) single.set(site, !single.has(site));
  return single;
}

/** The module that a call runs: the outermost of those that run at it. */
function calledModule(scope: LayerScope | undefined, site: Site): LayerScope | undefined {
  let found: LayerScope | undefined;
  for (let at = scope; at !== undefined; at = at.parent) if (at.site === site) found = at;
  return found;
}

function moduleCalled({ instance, inputs, outputs }: LayerScope, { names, batch }: CallSource): Called {
  return { name: names.get(instance) ?? "", type: instance.cls.name, ...passed(inputs, outputs, batch) };
}

function opCalled({ name, inputs, outputs }: OpRecord, batch: Batch): Called {
  return { name: "", type: name, ...passed(inputs, outputs, batch) };
}

/** The shapes that go in and come out. */
export function passed(
  inputs: readonly Tensor[] = [],
  outputs: readonly Tensor[] = [],
  batch: Batch,
): Omit<Called, "name" | "type"> {
  const [first] = outputs;
  const axis = first ? batchAxisOf(first, batch) : 0;
  return {
    in: inputs.map(({ shape }) => reportShape(shape)),
    out: outputs.map(({ shape }) => reportShape(shape)),
    ...(axis !== 0 && { batch_axis: axis }),
  };
}

/** What makes activations and pools. */
function freeLayers({ network, rows }: CallSource): readonly CallSite[] {
  const open = new Map<string, { at: Place; rows: PricedRow[] }>();
  for (const row of rows) {
    const { at } = row.layer;
    if (!row.isMade || isLayer(row) || at.line < 1) continue;
    const known = open.get(placeKey(at));
    if (known) known.rows.push(row);
    else open.set(placeKey(at), { at, rows: [row] });
  }
  return [...open.values()].map(({ at, rows }): CallSite => {
    const elementwise = rows.map(({ layer }) => layer.elementwise);
    const isKnown = elementwise.every((count) => count !== null);
    return {
      ...{ at, network, layers: [], macs: 0, runs: rows.reduce((sum, { layer }) => sum + layer.calls, 0) },
      elementwise: isKnown ? elementwise.reduce<number>((sum, count) => sum + (count ?? 0), 0) : null,
      called: rows.slice(0, MOST_CALLED).map(({ layer: { name, type, in: given, out, batch_axis } }) => ({
        ...{ name, type, in: given, out },
        ...(batch_axis !== undefined && { batch_axis }),
      })),
      makes: true,
    };
  });
}
