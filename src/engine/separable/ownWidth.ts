/**
 * A network that sets its own width, made with α as that argument: what the program does with it may be another thing
 * than α of every layer. MobileNetV2 keeps its last layer as wide as it is where α is less than one.
 */
import type { Report } from "../contract/report.ts";
import type { OwnWidth } from "../contract/separable.ts";
import type { FailureReason } from "../interpret/bounded.ts";
import { buildReport } from "../report/build.ts";
import type { TracedNetwork } from "./simulation.ts";

/** Undefined where no argument of width can be given, or what it makes is not known. */
export function ownWidth(
  { width_arguments: widths = [], language, arguments: given }: Report,
  simulated: Report,
  alpha: number,
  trace: (more: string) => TracedNetwork | FailureReason,
): OwnWidth | undefined {
  const argument = widths.find(({ default: value }) => value !== null);
  if (!argument || language !== "python" || given?.text.includes(argument.name)) return undefined;
  const value = argument.default! * alpha;
  const traced = trace(`${argument.name}=${value}`);
  if ("reason" in traced) return undefined;
  const { layers, totals, output } = buildReport(traced.source);
  const { macs, params } = totals;
  if (macs === null || params === null) return undefined;
  if (JSON.stringify(output) !== JSON.stringify(simulated.output)) return undefined;
  const widthsOf = new Map(simulated.layers.map((layer) => [layer.name, layer.out_channels]));
  const differs = layers.flatMap(({ name, out_channels: channels }) => {
    const own = widthsOf.get(name);
    return channels && own && channels !== own ? [{ layer: name, channels, simulated: own }] : [];
  });
  return { argument: argument.name, value, macs, params, differs };
}
