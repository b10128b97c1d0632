/**
 * Groups the ops of a trace to rows: one a layer instance, whatever it ran inside, and one for each place where a
 * module calls a function that belongs to no layer (`F.conv2d`, `torch.matmul`).
 */
import type { LayerScope, OpRecord, Site } from "../interpret/trace.ts";
import { Dict, type Instance, Tensor, type Value } from "../interpret/values.ts";
import { movedParameters } from "./picked.ts";

export interface Row {
  readonly name: string;
  /** The layer's class, or the function. */
  readonly type: string;
  readonly ops: OpRecord[];
  /** Parameters that its ops read, or compute with once another op has picked from them. */
  readonly weights: Tensor[];
  /** Absent for functions. */
  readonly layer?: Instance;
  /** Where the layer was made, or the function called. */
  readonly site: Site | undefined;
  /** The runs of the layer: each op of a function is a run by itself. */
  readonly runs: Set<LayerScope | OpRecord>;
}

/** Rows in the order of their first op. */
export function groupRows(ops: readonly OpRecord[], names: ReadonlyMap<Instance, string>): readonly Row[] {
  const rows: Row[] = [];
  const layerRows = new Map<Instance, Row>();
  const functionRows = new Map<Instance | undefined, Map<string, Row>>();
  const taken = new Set<string>(names.values());

  const open = (name: string, type: string, site: Site | undefined, layer?: Instance): Row => {
    const row: Row = { name, type, ops: [], weights: [], site, runs: new Set(), ...(layer && { layer }) };
    rows.push(row);
    return row;
  };
  const free = (name: string): string => {
    let candidate = name;
    for (let count = 1; taken.has(candidate); count++) candidate = `${name}_${count}`;
    taken.add(candidate);
    return candidate;
  };

  const owners = weightOwners(names.keys());
  const layerOf = (op: OpRecord): Instance | undefined =>
    innermostLayer(op.scope)?.instance ?? ownerOf(op, owners);
  const moved = movedParameters(ops, (op) => layerOf(op) === undefined);

  for (const op of ops) {
    const layer = innermostLayer(op.scope);
    const instance = layer?.instance ?? ownerOf(op, owners);
    if (instance !== undefined) {
      let row = layerRows.get(instance);
      if (row === undefined) {
        const type = instance.cls.name;
        row = open(
          names.get(instance) ?? free(below(moduleName(layer?.parent, names), type)),
          type,
          instance.site,
          instance,
        );
        layerRows.set(instance, row);
      }
      row.ops.push(op);
      row.weights.push(...op.weights);
      // Arithmetic on its weights (`kernel * mask`) is no run of a layer.
      if (layer || op.op !== "other") row.runs.add(layer ?? op);
      continue;
    }
    const module = op.scope?.instance;
    const places = functionRows.get(module) ?? new Map<string, Row>();
    functionRows.set(module, places);
    const key = op.site === undefined ? `#${op.index}` : placeKey(op);
    let row = places.get(key);
    if (row === undefined) {
      row = open(free(below(moduleName(op.scope, names), op.name)), op.name, op.site);
      places.set(key, row);
    }
    row.ops.push(op);
    row.weights.push(...(moved.get(op) ?? op.weights));
    row.runs.add(op);
  }
  return rows;
}

/** Which layer holds a weight: `F.linear(x, self.qkv.weight)` is what `qkv` costs. */
function weightOwners(layers: Iterable<Instance>): ReadonlyMap<Tensor, Instance> {
  const owners = new Map<Tensor, Instance>();
  for (const layer of layers) {
    if (!isLayer(layer)) continue;
    for (const weight of ownTensors(layer)) if (!owners.has(weight)) owners.set(weight, layer);
  }
  return owners;
}

/** Parameters that a layer holds itself, not through the layers in it. */
export function ownTensors({ attrs }: Instance): readonly Tensor[] {
  const values = [...attrs.values()].flatMap((value): readonly Value[] =>
    value instanceof Dict ? [...value.entries.values()].map((entry) => entry.value) : [value],
  );
  return values.filter((value) => value instanceof Tensor && value.parameter !== undefined) as Tensor[];
}

/** The one layer whose weights a function was called with. */
function ownerOf(op: OpRecord, owners: ReadonlyMap<Tensor, Instance>): Instance | undefined {
  // A weight that is computed from a parameter belongs to none.
  const layers = new Set(op.weights.filter((weight) => weight.parameter).map((weight) => owners.get(weight)));
  const [only] = layers;
  return layers.size === 1 ? only : undefined;
}

export function isLayer(instance: Instance): boolean {
  return instance.cls.mro.some((cls) => cls.native?.layer === true);
}

/** The nearest framework layer that is running; a network's own classes are not layers, subclasses of layers are. */
function innermostLayer(scope: LayerScope | undefined): LayerScope | undefined {
  for (let at = scope; at !== undefined; at = at.parent) {
    if (isLayer(at.instance)) return at;
  }
  return undefined;
}

/** Name of the nearest module that has one. */
function moduleName(scope: LayerScope | undefined, names: ReadonlyMap<Instance, string>): string {
  for (let at = scope; at !== undefined; at = at.parent) {
    const name = names.get(at.instance);
    if (name !== undefined) return name;
  }
  return "";
}

function below(module: string, name: string): string {
  return module === "" ? name : `${module}.${name}`;
}

function placeKey(op: OpRecord): string {
  const at = op.site?.at;
  return `${op.name} ${at?.file}:${at?.line}:${at?.column}:${at?.endLine}:${at?.endColumn}`;
}
