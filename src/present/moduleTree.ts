/** A network's layers as the tree of its modules, told from their qualified names. */
import type { ReportLayer } from "../engine/contract/report.ts";

export interface ModuleNode {
  /** The last part of the path: `conv1` of `layer1.0.conv1`. */
  readonly label: string;
  readonly path: string;
  /** Set on a leaf. */
  readonly layer: ReportLayer | undefined;
  readonly children: readonly ModuleNode[];
  /** Known MACs of all layers below, and whether some are not known. */
  readonly macs: number;
  readonly partial: boolean;
  /** The most that they cost; null where that of one is not known. */
  readonly most: number | null;
  readonly layers: number;
}

interface Growing {
  readonly label: string;
  readonly path: string;
  layer: ReportLayer | undefined;
  readonly children: Map<string, Growing>;
}

/** In execution order of each module's first layer. */
export function moduleTree(layers: readonly ReportLayer[]): readonly ModuleNode[] {
  const root = grow("", "");
  for (const layer of layers) plant(root, layer);
  return [...root.children.values()].map(finish);
}

function plant(root: Growing, layer: ReportLayer): void {
  let node = root;
  for (const label of layer.name.split(/[./]/)) {
    const path = node.path === "" ? label : `${node.path}.${label}`;
    const next = node.children.get(label) ?? grow(label, path);
    node.children.set(label, next);
    node = next;
  }
  // Functional operations may share a name: they become siblings.
  if (node.layer) node.children.set(`${node.children.size}`, { ...grow(layer.name, node.path), layer });
  else node.layer = layer;
}

function grow(label: string, path: string): Growing {
  return { label, path, layer: undefined, children: new Map() };
}

function finish({ label, path, layer, children }: Growing): ModuleNode {
  const below = [...children.values()].map(finish);
  return {
    ...{ label, path, layer, children: below },
    macs: below.reduce((sum, { macs }) => sum + macs, layer?.macs ?? 0),
    partial: layer?.macs === null || below.some(({ partial }) => partial),
    most: [layer && (layer.macs ?? layer.macs_at_most ?? null), ...below.map(({ most }) => most)].reduce<
      number | null
    >((sum, cost = 0) => (sum === null || cost === null ? null : sum + cost), 0),
    layers: below.reduce((sum, child) => sum + child.layers, layer ? 1 : 0),
  };
}
