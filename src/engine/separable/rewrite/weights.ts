/** Saved weights: what a rewritten PyTorch network calls its own, and where the program loads those of before. */
import type { Place, Report, ReportLayer } from "../../contract/report.ts";
import type { RenamedWeights, RewriteWarning } from "../../contract/rewrite.ts";
import { placeAt } from "./place.ts";
import type { ProgramText } from "./uses.ts";

const NORM = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

/** The keys of each changed layer in a `state_dict`, as the network was and as it is. */
export function renamedWeights(before: Report, after: Report, layers: readonly string[]): RenamedWeights[] {
  if (before.framework !== "torch") return [];
  return before.layers.flatMap((row) => {
    const { name: layer } = row;
    if (!layers.includes(layer)) return [];
    const own = after.layers.filter(({ name }) => name.startsWith(`${layer}.`)).flatMap(keysOf);
    return own.length > 0 ? [{ layer, before: keysOf(row), after: own }] : [];
  });
}

function keysOf({ name, op, bias, params }: ReportLayer): readonly string[] {
  if (op === "norm") return (params ? NORM : NORM.slice(2)).map((key) => `${name}.${key}`);
  return params === 0 ? [] : [`${name}.weight`, ...(bias ? [`${name}.bias`] : [])];
}

/** A warning for each place that loads weights. */
export function loadWarnings(
  files: readonly ProgramText[],
  renamed: readonly RenamedWeights[],
): RewriteWarning[] {
  const [first] = renamed;
  const keys = first
    ? `: ${first.before.join(", ")} ${first.before.length > 1 ? "are" : "is"} now ${first.after.join(", ")}`
    : "";
  const more = renamed.length > 1 ? `, and so for ${renamed.length - 1} more layers` : "";
  return loadsOf(files).map(({ call, at }) => ({
    message: `${call}: weights that were saved before no longer fit${keys}${more}`,
    at,
  }));
}

/** Calls that put weights of before into a network. */
const LOAD =
  /(?:(\w+)\.)?\b(load_state_dict|load_state_dict_from_url|load_url|load_pretrained|from_pretrained|load_weights|loadWeights|loadLayersModel)\s*\(|\bpretrained\s*=\s*True(?=\s*[,)])/g;

/** Where the program loads weights: none where it only defines how. */
function loadsOf(files: readonly ProgramText[]): readonly { readonly call: string; readonly at: Place }[] {
  return files.flatMap(({ file, text, code }) => {
    const lines = new Map<number, { readonly call: string; readonly at: Place }>();
    for (const { 0: whole, 1: owner = "", 2: call, index } of code.matchAll(LOAD)) {
      const isOther =
        /optim|sched|scaler/i.test(owner) || /\b(?:def|function)\s+$/.test(text.slice(0, index));
      const at = placeAt(text, file, index);
      if (!isOther && !lines.has(at.line)) lines.set(at.line, { call: call ?? whole, at });
    }
    return [...lines.values()];
  });
}
