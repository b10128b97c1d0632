/** Writes the trace of the running network: its ops, what is wrong with it, and what could not be followed. */
import { NOWHERE, type Span } from "../syntax/span.ts";
import { type Assumption, noteAssumption } from "./assumptions.ts";
import type { Gap, LayerScope, OpCost, OpRecord, Site, Trace, TraceDiagnostic } from "./trace.ts";
import type { Tensor, Unknown } from "./values.ts";

/** More diagnostics or gaps than these tell nobody more. */
const MOST_NOTES = 500;

export class Recorder {
  private ops: OpRecord[] = [];
  private diagnostics: TraceDiagnostic[] = [];
  private gaps: Gap[] = [];
  private assumptions: Assumption[] = [];
  private misfits: Gap[] = [];
  /** Above 0 while ops are run for their shapes alone. */
  private unheard = 0;
  /** Why it is not known how often what runs is run. */
  private often: Unknown | undefined;
  private readonly watchers = new Set<(op: OpRecord) => void>();

  begin(): void {
    this.ops = [];
    this.diagnostics = [];
    this.gaps = [];
    this.assumptions = [];
    this.misfits = [];
  }

  end(): Trace {
    const { ops, diagnostics, gaps, assumptions, misfits } = this;
    return { ops, diagnostics, gaps, assumptions, ...(misfits.length > 0 && { misfits }) };
  }

  get count(): number {
    return this.ops.length;
  }

  /** How much was written of everything. */
  get notes(): number {
    return this.ops.length + this.diagnostics.length + this.gaps.length;
  }

  record(cost: OpCost, scope: LayerScope | undefined, site: Site | undefined, conditional: boolean): void {
    if (this.unheard > 0) return;
    const { often } = this;
    const times = often ? { macs: cost.macs === 0 ? 0 : often, elementwise: often } : {};
    const weights = parametersOf(cost.weights);
    const op: OpRecord = { ...cost, ...times, weights, index: this.ops.length, scope, site, conditional };
    this.ops.push(op);
    for (const output of cost.outputs) {
      if (site) output.site ??= site;
      output.maker ??= cost.name;
    }
    for (const told of this.watchers) told(op);
  }

  assume(assumption: Assumption): void {
    noteAssumption(this.assumptions, assumption);
  }

  /** A handler of the program catches that shapes do not fit. */
  misfit(reason: string, at: Span | undefined): void {
    if (this.misfits.length < MOST_NOTES) this.misfits.push({ reason, at });
  }

  /** What was assumed so far. */
  get assumed(): readonly Assumption[] {
    return [...this.assumptions];
  }

  /** What `body` assumes goes into `list`: it is no part of the trace alone. */
  assumingFor(list: Assumption[], body: () => void): void {
    const { assumptions } = this;
    this.assumptions = list;
    try {
      body();
    } finally {
      this.assumptions = assumptions;
    }
  }

  /**
   * The same for a module that something asks for: what its body could not follow tells itself, for the names that hang
   * on it are unknown. `isWhole` says whether it came to its end: what a bound cut off may have been anything.
   */
  ofModule(list: Assumption[], body: () => void, isWhole: () => boolean): void {
    const { gaps } = this;
    this.gaps = [];
    try {
      this.assumingFor(list, body);
    } finally {
      this.gaps = isWhole() ? gaps : [...gaps, ...this.gaps];
    }
  }

  unrecorded<T>(body: () => T): T {
    this.unheard++;
    try {
      return body();
    } finally {
      this.unheard--;
    }
  }

  /** Ops of a body that is run so often as nothing tells. */
  uncounted<T>(often: Unknown, body: () => T): T {
    const outer = this.often;
    this.often ??= often;
    try {
      return body();
    } finally {
      this.often = outer;
    }
  }

  /** Runs `body`; what is wrong in it is not said. */
  undiagnosed<T>(body: () => T): T {
    const { length } = this.diagnostics;
    try {
      return body();
    } finally {
      this.diagnostics.length = Math.min(length, this.diagnostics.length);
    }
  }

  watch(told: (op: OpRecord) => void): () => void {
    this.watchers.add(told);
    return () => this.watchers.delete(told);
  }

  costsSince(from: number): boolean {
    return this.ops.slice(from).some((op) => op.macs !== 0);
  }

  /** Records all ops since `from` once more, each run with scopes of its own below `outer`, by which calls are counted. */
  repeat(from: number, times: number, outer: LayerScope | undefined, tick: (ops: number) => void): void {
    const once = this.ops.slice(from);
    for (let run = 0; run < times; run++) {
      const scopes = new Map<LayerScope, LayerScope>();
      const again = (scope: LayerScope | undefined): LayerScope | undefined => {
        if (scope === undefined || scope === outer) return scope;
        const known = scopes.get(scope);
        if (known) return known;
        const made = { ...scope, parent: again(scope.parent) };
        scopes.set(scope, made);
        return made;
      };
      tick(once.length);
      for (const op of once) this.ops.push({ ...op, index: this.ops.length, scope: again(op.scope) });
    }
  }

  diagnose(diagnostic: Omit<TraceDiagnostic, "at">, at: Span = NOWHERE): void {
    if (this.diagnostics.length >= MOST_NOTES) return;
    const known = this.diagnostics.some((other) => other.at === at && other.message === diagnostic.message);
    if (!known) this.diagnostics.push({ ...diagnostic, at });
  }

  /** `isMost`: no more may run than was recorded. */
  lose(reason: string, site: Site | undefined, isMost = false): void {
    const at = site?.at;
    const gap = { reason, at, ...(site && { site }), ...(isMost && { isMost }) };
    const known = this.gaps.findIndex(
      (other) => other.reason === reason && other.at === at && other.site?.caller === site?.caller,
    );
    if (known < 0 && this.gaps.length < MOST_NOTES) this.gaps.push(gap);
    else if (known >= 0 && !isMost) this.gaps[known] = gap;
    else if (known < 0 && !isMost) this.gaps[MOST_NOTES - 1] = gap;
  }
}

/** With the parameters that weights are computed from in their place; further ones come last. */
function parametersOf(weights: readonly Tensor[]): readonly Tensor[] {
  if (weights.every(({ computedFrom }) => computedFrom === undefined)) return weights;
  const more = weights.flatMap(({ computedFrom = [] }) => computedFrom.slice(1));
  return [...weights.map((weight) => weight.computedFrom?.[0] ?? weight), ...more];
}
