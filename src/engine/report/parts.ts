/** The classes that a network is made of, each with its instances: where `class Bottleneck` stands, what it costs. */
import type { PartInstance, PartSite } from "../contract/engine.types.ts";
import type { Place } from "../contract/report.ts";
import { Tally } from "../interpret/counts.ts";
import type { LayerScope, OpRecord } from "../interpret/trace.ts";
import type { ClassValue, Instance } from "../interpret/values.ts";
import { place } from "../syntax/place.ts";
import { type CallSource, layerIndices, passed } from "./calls.ts";

/** More than these are counted, and not told one by one. */
const MOST_INSTANCES = 256;

interface Open {
  readonly type: string;
  readonly at: Place;
  readonly layers: Set<number>;
  readonly macs: Tally;
  readonly instances: Map<Instance, { readonly scope: LayerScope; readonly macs: Tally }>;
}

/** Classes of the program: a framework's own have no place in it, and the network itself is none of its parts. */
export function partSites(source: CallSource): readonly PartSite[] {
  const { network, ops, names, batch } = source;
  const layerOf = layerIndices(source.rows);
  const open = new Map<ClassValue, Open>();
  for (const op of ops) {
    const isFixed = batch.fixed.has(op);
    const met = new Set<Open>();
    const layer = layerOf.get(op);
    for (const scope of modulesOf(op)) {
      if (!names.get(scope.instance)) continue;
      for (const cls of scope.instance.cls.mro) {
        if (!cls.at || cls.native) continue;
        const part = open.get(cls) ?? made(cls, place(cls.at));
        open.set(cls, part);
        if (layer !== undefined) part.layers.add(layer);
        const known = part.instances.get(scope.instance) ?? { scope, macs: new Tally() };
        part.instances.set(scope.instance, known);
        known.macs.add(op.macs, isFixed);
        // One in another of the same class is paid once in their sum.
        if (!met.has(part)) part.macs.add(op.macs, isFixed);
        met.add(part);
      }
    }
  }
  const instanceOf = ({ scope, macs }: { scope: LayerScope; macs: Tally }): PartInstance => ({
    name: names.get(scope.instance) ?? "",
    macs: macs.value(batch.samples),
    ...passed(scope.inputs, scope.outputs, batch),
    ...(scope.instance.site && { at: place(scope.instance.site.at) }),
  });
  return [...open.values()].map(({ type, at, layers, macs, instances }) => ({
    ...{ network, type, at, layers: [...layers].sort((a, b) => a - b) },
    ...{ macs: macs.value(batch.samples), count: instances.size },
    instances: [...instances.values()].slice(0, MOST_INSTANCES).map(instanceOf),
  }));
}

function made(cls: ClassValue, at: Place): Open {
  return { type: cls.name, at, layers: new Set(), macs: new Tally(), instances: new Map() };
}

/** Each module around an op once, though its forward may have called itself. */
function modulesOf(op: OpRecord): Iterable<LayerScope> {
  const modules = new Map<Instance, LayerScope>();
  for (let at = op.scope; at !== undefined; at = at.parent) modules.set(at.instance, at);
  return modules.values();
}
