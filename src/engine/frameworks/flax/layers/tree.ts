/** Layers of libraries whose networks are trees of attributes (nnx, Equinox): what a rule reads of one. */
import type { Interp } from "../../../interpret/interp.ts";
import type { Bound } from "../../../interpret/native.ts";
import { ABSENT, type Instance, Tensor } from "../../../interpret/values.ts";
import type { ArrayKit } from "../arrays/kit.ts";
import { Run } from "./run.ts";
import { Layer, type LayerAccess } from "./spec.ts";

export interface TreeLayerOptions {
  readonly kit: ArrayKit;
  readonly interp: Interp;
  /** The function that messages and the trace name. */
  readonly fn: string;
  readonly self: Instance;
  readonly arguments: Bound;
  /** Paths of all modules below one; undefined for what is no module of the library. */
  readonly pathsBelow: (root: Instance) => ReadonlyMap<Instance, string> | undefined;
}

export function treeLayer({ kit, interp, fn, self, arguments: a, pathsBelow }: TreeLayerOptions): Layer {
  const access: LayerAccess = {
    interp,
    self,
    attribute: (name) => {
      const value = interp.lookup(self, name);
      return value === ABSENT ? null : value;
    },
    weight: (name) => {
      const value = self.attrs.get(name);
      return value instanceof Tensor ? value : undefined;
    },
    project: (name, input) => interp.call(self.attrs.get(name) ?? null, [input]),
  };
  return new Layer(new Run(interp, kit, fn, calledBy(interp, self, pathsBelow), self), access, a);
}

/** Paths below a module as they were when one of its layers last had none: each of its layers asks for its own. */
const paths = new WeakMap<Instance, ReadonlyMap<Instance, string>>();

/** What messages call a layer: its path below the module that is running outermost, or its class. */
function calledBy(interp: Interp, self: Instance, pathsBelow: TreeLayerOptions["pathsBelow"]): string {
  let outermost = interp.scope;
  while (outermost?.parent) outermost = outermost.parent;
  const path = outermost && pathBelow(outermost.instance, self, pathsBelow);
  return path === undefined || path === "" ? self.cls.name : path;
}

function pathBelow(
  root: Instance,
  self: Instance,
  pathsBelow: TreeLayerOptions["pathsBelow"],
): string | undefined {
  const known = paths.get(root)?.get(self);
  if (known !== undefined) return known;
  const found = pathsBelow(root);
  if (found) paths.set(root, found);
  return found?.get(self);
}
