/**
 * What the first op with weights says of an input that comes to it: a table is picked from by tokens, a product takes
 * as many features as its weight has. So networks that are written in ops, not in layers, tell what they take.
 */
import type { OpRecord } from "../interpret/trace.ts";
import { isUnknown, type Tensor } from "../interpret/values.ts";

/** What an op takes: whole numbers that pick entries, or features. */
export type Entry =
  | { readonly form: "tokens" }
  | {
      readonly form: "features";
      readonly count: number;
      /** Where they are, counted from the end. */
      readonly axis: number;
      /** All axes, where the op says how many it takes. */
      readonly rank: number | undefined;
    };

/** Ops that an input enters by; norms and elementwise ops take any shape. */
const ENTRANCES: ReadonlySet<string> = new Set([
  "conv",
  "conv_transpose",
  "linear",
  "embedding",
  "recurrent",
  "attention",
  "matmul",
]);

const RESHAPES: ReadonlySet<string> = new Set(["view", "reshape"]);

/** Watches ops in their order for where inputs enter. */
export class FirstOps {
  /** Inputs that tensors were made of, all by ops without weights of their own. */
  private readonly origins = new Map<Tensor, Tensor>();
  /** Made of nothing but weights. */
  private readonly weights = new Set<Tensor>();
  /** Inputs that have entered, by the op that tells; undefined where it does not. */
  private readonly entries = new Map<Tensor, Entry | undefined>();

  /** Features of each row that an input is reshaped into: `x.view(-1, 17)`. */
  private readonly rows = new Map<Tensor, number>();

  constructor(inputs: readonly Tensor[]) {
    for (const input of inputs) this.origins.set(input, input);
  }

  entryOf(input: Tensor): Entry | undefined {
    const entry = this.entries.get(input);
    const count = entry ? undefined : this.rows.get(input);
    return count === undefined ? entry : { form: "features", count, axis: -1, rank: undefined };
  }

  see(op: OpRecord): void {
    const indices = op.indices ?? (op.op === "embedding" ? op.inputs.slice(0, 1) : []);
    for (const index of indices) this.enter(index, { form: "tokens" });
    const own = op.inputs.filter((each) => this.origins.has(each));
    this.noteRows(op);
    if (own.length === 0) this.weigh(op);
    else if (ENTRANCES.has(op.op)) for (const each of own) this.enter(each, this.asked(op, each));
    else if (indices.length === 0) this.follow(own, op.outputs);
  }

  private noteRows({ name, inputs: [input], outputs: [output] }: OpRecord): void {
    const shape = output?.shape;
    if (!RESHAPES.has(name) || input === undefined || shape === undefined || isUnknown(shape)) return;
    const [rows, count, ...others] = shape;
    if (this.origins.get(input) !== input || others.length > 0 || !isUnknown(rows)) return;
    if (typeof count === "number" && !this.rows.has(input)) this.rows.set(input, count);
  }

  private weigh({ inputs, weights, outputs }: OpRecord): void {
    if (inputs.length + weights.length === 0 || !inputs.every((each) => this.weights.has(each))) return;
    for (const output of outputs) this.weights.add(output);
  }

  private enter(tensor: Tensor, entry: Entry | undefined): void {
    const input = this.origins.get(tensor);
    if (input && !this.entries.has(input)) this.entries.set(input, entry);
  }

  /** The features that a product with weights takes of one operand. */
  private asked(op: OpRecord, operand: Tensor): Entry | undefined {
    const isByWeights = op.inputs.every((each) => each === operand || this.weights.has(each));
    const found = op.contractions?.filter(({ tensor }) => tensor === operand) ?? [];
    const [only] = found;
    if (!isByWeights || found.length !== 1 || only === undefined || isUnknown(only.size)) return undefined;
    return { form: "features", count: only.size, axis: only.axis, rank: only.rank };
  }

  /** What is made of one input alone stands for it. */
  private follow(inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    const [origin, ...others] = new Set(inputs.map((each) => this.origins.get(each)));
    if (origin === undefined || others.length > 0) return;
    for (const output of outputs) this.origins.set(output, origin);
  }
}
