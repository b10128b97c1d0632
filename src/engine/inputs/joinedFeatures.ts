/**
 * How many features each of several inputs has where they are joined on their way: a critic that joins an action to what a
 * layer made of a state. The first layer that is given too many or too few tells how many are meant.
 */
import type { InputSpec } from "./candidates.ts";
import { type Run, reachingInputs } from "./runs.ts";

/** Corrections of one search: each input takes one or two. */
const MOST_CORRECTIONS = 8;

/** The inputs that fit, after what runs on others say; undefined where they say nothing that helps. */
export function joinedFeatures<Found extends Run>(
  first: Run,
  usual: readonly InputSpec[],
  run: (specs: readonly InputSpec[]) => Found,
  fits: (found: Found) => boolean,
): { readonly run: Found; readonly specs: readonly InputSpec[] } | undefined {
  const settled = new Set<number>();
  let specs = usual;
  let last = first;
  for (let turn = 0; turn < MOST_CORRECTIONS; turn++) {
    const next = corrected(last, specs, settled);
    if (!next) return undefined;
    specs = next;
    const found = run(specs);
    if (fits(found)) return { run: found, specs };
    last = found;
  }
  return undefined;
}

/** An input that comes to a misfit alone is settled by it; of several, the last one gives way. */
function corrected(
  run: Run,
  specs: readonly InputSpec[],
  settled: Set<number>,
): readonly InputSpec[] | undefined {
  const misfit = run.trace.diagnostics.find(({ code }) => code === "shape-mismatch");
  const [, wanted, given] = FEATURES.exec(misfit?.message ?? "") ?? [];
  if (!misfit || wanted === undefined || given === undefined) return undefined;
  const excess = Number(given) - Number(wanted);
  const seen = reachingInputs(run, misfit.tensors ?? []);
  const reaching = specs.flatMap((spec, i) =>
    seen.has(run.inputs[i]!) && spec.dtype === "float32" && spec.shape.length === 2 && !settled.has(i)
      ? [i]
      : [],
  );
  const at = reaching.at(-1);
  if (at === undefined) return undefined;
  if (reaching.length === 1) settled.add(at);
  const left = countOf(specs, at) - excess;
  if (left >= 1) return specs.map((spec, i) => (i === at ? withCount(spec, left) : spec));
  const total = reaching.reduce((sum, i) => sum + countOf(specs, i), 0) - excess;
  const share = Math.floor(total / reaching.length);
  if (share < 1) return undefined;
  return specs.map((spec, i) => {
    if (!reaching.includes(i)) return spec;
    return withCount(spec, i === reaching[0] ? total - share * (reaching.length - 1) : share);
  });
}

/** `fc2 expects 401 features, gets 801` of a layer that is given several inputs in one. */
const FEATURES = /expects (\d+) features, gets (\d+)/;

function countOf(specs: readonly InputSpec[], at: number): number {
  const count = specs[at]?.shape[1];
  return typeof count === "number" ? count : 0;
}

function withCount({ shape, dtype }: InputSpec, count: number): InputSpec {
  return { shape: [shape[0]!, count], dtype };
}
