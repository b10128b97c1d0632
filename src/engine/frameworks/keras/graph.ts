/**
 * The graph behind symbolic tensors: every call of a layer or op on one is a node that remembers what it was called
 * with. A functional network is the part of the graph between its inputs and its outputs, in Keras' own order.
 */

import { leavesOf, mapLeaves } from "../../interpret/leaves.ts";
import type { Site } from "../../interpret/trace.ts";
import {
  type Instance,
  type Kwargs,
  NO_KWARGS,
  Tensor,
  Unknown,
  type Value,
} from "../../interpret/values.ts";

/** Reason of a size that is None in Keras: known only when the network is called. */
const OPEN = "a size that the input leaves open";

export function openDim(): Unknown {
  return new Unknown(OPEN);
}

export function isOpen(value: unknown): value is Unknown {
  return value instanceof Unknown && value.reason === OPEN;
}

/** A size of a symbolic tensor as `tf.shape` gives it: found again when the graph is replayed. */
export class OpenSize extends Unknown {
  constructor(
    readonly of: Tensor,
    readonly axis: number,
  ) {
    super(OPEN);
  }
}

export interface Call {
  readonly operation: Instance;
  readonly args: readonly Value[];
  readonly kwargs: Kwargs;
}

/** One call of a layer or op on symbolic tensors. */
export class Node implements Call {
  readonly inputs: readonly Tensor[];
  readonly outputTensors: readonly Tensor[];
  /** It was reported already that its shapes do not fit. */
  failed = false;

  constructor(
    readonly operation: Instance,
    readonly args: readonly Value[],
    readonly kwargs: Kwargs,
    readonly outputs: Value,
    readonly site: Site | undefined,
  ) {
    this.inputs = tensorsIn([...args, ...kwargs.values()]);
    this.outputTensors = tensorsIn([outputs]);
  }

  get isInput(): boolean {
    return this.args.length === 0 && this.kwargs.size === 0;
  }
}

export class Graph {
  /** Above 0 inside a layer's own call: what happens there is one node, the layer's. */
  depth = 0;
  /** Shapes that did not fit so far. */
  problems = 0;
  private quiet = false;
  private readonly makers = new WeakMap<Tensor, Node>();
  private readonly symbols = new WeakSet<Tensor>();
  private readonly calls = new WeakMap<Instance, Node[]>();

  isSymbolic(value: Value): value is Tensor {
    return value instanceof Tensor && this.symbols.has(value);
  }

  /** A network that is built inside a layer's call has a graph of its own. */
  apart<T>(body: () => T): T {
    const { depth } = this;
    this.depth = 0;
    try {
      return body();
    } finally {
      this.depth = depth;
    }
  }

  /** Counts a shape that does not fit; false when it was reported already. */
  complain(): boolean {
    this.problems++;
    return !this.quiet;
  }

  /** A node that failed on symbols is not reported a second time when it runs. */
  quietly<T>(quiet: boolean, body: () => T): T {
    const before = this.quiet;
    this.quiet = before || quiet;
    try {
      return body();
    } finally {
      this.quiet = before;
    }
  }

  mark(tensor: Tensor): Tensor {
    this.symbols.add(tensor);
    return tensor;
  }

  add(node: Node): void {
    for (const output of node.outputTensors) {
      this.symbols.add(output);
      this.makers.set(output, node);
    }
    const known = this.calls.get(node.operation);
    if (known) known.push(node);
    else this.calls.set(node.operation, [node]);
  }

  makerOf(tensor: Tensor): Node | undefined {
    return this.makers.get(tensor);
  }

  nodesOf(operation: Instance): readonly Node[] {
    return this.calls.get(operation) ?? [];
  }

  /** The tensors of `Input` that a tensor is computed from. */
  sources(tensor: Tensor, seen: Set<Node> = new Set()): readonly Tensor[] {
    const node = this.makers.get(tensor);
    if (!node || node.isInput) return [tensor];
    if (seen.has(node)) return [];
    seen.add(node);
    return [
      ...new Set(node.inputs.flatMap((input) => (this.symbols.has(input) ? this.sources(input, seen) : []))),
    ];
  }
}

/** A network made of a part of the graph. */
export interface Network {
  /** As the program gave them. */
  readonly inputs: Value;
  readonly outputs: Value;
  readonly inputTensors: readonly Tensor[];
  readonly outputTensors: readonly Tensor[];
  /** In the order they run. */
  readonly nodes: readonly Node[];
  /** Layers and ops in Keras' order: farthest from the outputs first. */
  readonly operations: readonly Instance[];
}

/** Keras' `map_graph`: depths counted from the outputs, ties in the order of a walk from the outputs. */
export function networkOf(graph: Graph, inputs: Value, outputs: Value): Network {
  const inputTensors = tensorsIn([inputs]);
  const outputTensors = tensorsIn([outputs]);
  const declared = new Set(inputTensors);
  const ordered: Node[] = [];
  const walked = new Set<Node>();
  const traversal = new Map<Instance, number>();
  const walk = (tensor: Tensor): void => {
    const node = graph.makerOf(tensor);
    if (!node || walked.has(node)) return;
    if (declared.has(tensor) && !node.isInput) return;
    walked.add(node);
    if (!traversal.has(node.operation)) traversal.set(node.operation, traversal.size);
    for (const input of node.inputs) walk(input);
    ordered.push(node);
  };
  outputTensors.forEach(walk);

  const nodeDepths = new Map<Node, number>();
  const depths = new Map<Instance, number>();
  for (const node of ordered.toReversed()) {
    const depth = Math.max(nodeDepths.get(node) ?? 0, depths.get(node.operation) ?? 0);
    depths.set(node.operation, depth);
    nodeDepths.set(node, depth);
    for (const input of node.inputs) {
      const parent = graph.makerOf(input);
      if (parent && walked.has(parent))
        nodeDepths.set(parent, Math.max(depth + 1, nodeDepths.get(parent) ?? 0));
    }
  }
  for (const input of inputTensors) {
    const node = graph.makerOf(input);
    if (!node?.isInput || depths.has(node.operation)) continue;
    depths.set(node.operation, 0);
    traversal.set(node.operation, -1);
  }
  const order = (operation: Instance): number => traversal.get(operation) ?? 0;
  const operations = [...depths.keys()].sort(
    (a, b) => depths.get(b)! - depths.get(a)! || order(a) - order(b),
  );
  const nodes = [...nodeDepths.keys()].sort((a, b) => nodeDepths.get(b)! - nodeDepths.get(a)!);
  return { inputs, outputs, inputTensors, outputTensors, nodes, operations };
}

/** Tensors in lists, tuples and dicts, in order. */
export function tensorsIn(values: readonly Value[]): readonly Tensor[] {
  return leavesOf(...values).filter((leaf) => leaf instanceof Tensor);
}

export function mapKwargs(kwargs: Kwargs, change: (leaf: Value) => Value): Kwargs {
  if (kwargs.size === 0) return NO_KWARGS;
  return new Map([...kwargs].map(([key, value]) => [key, mapLeaves(value, change)]));
}
