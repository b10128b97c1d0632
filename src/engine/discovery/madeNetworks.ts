/** Networks that code of the program makes while it runs, and which of them are parts of others. */
import type { Machine } from "../interpret/machine.ts";
import { Dict, Instance, List, Tensor, Tuple, toItems, type Value } from "../interpret/values.ts";
import type { FunctionNode } from "../syntax/ast.ts";
import type { Span } from "../syntax/span.ts";

/** What `body` gives, and the networks that are made while it runs, in their order. */
export function watchMade<T>(
  m: Machine,
  body: () => T,
): { readonly result: T; readonly made: readonly Instance[] } {
  const outer = m.onMade;
  const made: Instance[] = [];
  const known = new Set(listed(m));
  m.onMade = (value) => {
    if (isNetwork(m, value)) made.push(value);
  };
  try {
    const result = body();
    made.push(...listed(m).filter((network) => !known.has(network) && !made.includes(network)));
    return { result, made };
  } finally {
    m.onMade = outer;
    for (const network of made) outer?.(network);
  }
}

/** Networks that functions of a framework made, such as `tf.sequential`. */
function listed(m: Machine): readonly Instance[] {
  return m.frameworks.flatMap((framework) => framework.made?.() ?? []);
}

export function isNetwork(m: Machine, value: Value): value is Instance {
  return value instanceof Instance && m.frameworks.some((framework) => framework.isNetwork(value));
}

/** Was it made while the function ran, by itself or by what it called? */
export function isMadeIn({ site }: Instance, fn: FunctionNode): boolean {
  for (let place = site; place; place = place.caller) {
    // A root's call has its name for a place.
    if (place.at !== fn.nameAt && isInside(place.at, fn)) return true;
  }
  return false;
}

/** Does it stand in the lines of the function? */
export function isInside({ file, line, endLine }: Span, { at }: FunctionNode): boolean {
  return file === at.file && line >= at.line && endLine <= at.endLine;
}

/** Those that are no part of another: an autoencoder holds its encoder, a GAN its generator and discriminator. */
export function outermost(m: Machine, networks: readonly Instance[]): readonly Instance[] {
  const layers = networks.map((network) => layersOf(m, network));
  return networks.filter(
    (network, i) =>
      !networks.some((other, j) => {
        const [own, others] = [layers[i]!, layers[j]!];
        if (other === network || own.size > others.size) return false;
        if (others.has(network)) return true;
        // Of two over the same layers the one made last is told.
        const isLess = own.size < others.size || i < j;
        return isLess && own.size > 0 && [...own].every((layer) => others.has(layer));
      }),
  );
}

/** All layers inside of a network. */
export function layersOf(m: Machine, network: Value): ReadonlySet<Instance> {
  if (!isNetwork(m, network)) return new Set();
  const framework = m.frameworks.find((candidate) => candidate.isNetwork(network));
  const layers = new Set(framework?.layerNames(m, network).keys() ?? []);
  layers.delete(network);
  return layers;
}

/** Networks that an object of the program keeps in its attributes, and in lists of these. */
export function heldNetworks(m: Machine, object: Value): readonly Instance[] {
  if (!(object instanceof Instance) || object instanceof Tensor) return [];
  return [...object.attrs.values()].flatMap((value) =>
    isNetwork(m, value) ? [value] : (toItems(value)?.filter((item) => isNetwork(m, item)) ?? []),
  );
}

/** The network in what a builder gives: itself, the first of a tuple `(model, preprocess)`, or what an object keeps. */
export function networkIn(m: Machine, value: Value): Value {
  if (isNetwork(m, value)) return value;
  if (value instanceof Dict)
    return (
      [...value.entries.values()].map((entry) => entry.value).find((item) => isNetwork(m, item)) ?? value
    );
  if (value instanceof Tuple || value instanceof List)
    return value.items.find((item) => isNetwork(m, item)) ?? value;
  if (!(value instanceof Instance)) return value;
  if (m.language === "python") return outermost(m, heldNetworks(m, value))[0] ?? value;
  return [...value.attrs.values()].find((item) => isNetwork(m, item)) ?? value;
}
