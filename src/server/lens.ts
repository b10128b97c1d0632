/** The lens: one line above a layer's definition or a network's, without noise. The exact figures are in the hover. */

import { visible } from "../engine/base/visible.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Place, Report } from "../engine/contract/report.ts";
import { type CostOptions, manyFigures, networkTitle, shareText, singleFigures } from "../present/cost.ts";
import { missingPackages } from "../present/missingPackages.ts";
import { type PartLine, partLines, partText, wholeNetworks } from "../present/parts.ts";
import { needsArguments, reasonText } from "../present/reason.ts";
import { costly, type LayerLine, layerLines, openFailures } from "../present/sites.ts";

export interface Lens {
  readonly at: Place;
  readonly title: string;
  readonly command: LensCommand;
}

export type LensCommand =
  | { readonly name: "convlens.profileNetwork"; readonly network: string }
  | { readonly name: "convlens.setArguments"; readonly network: string }
  | { readonly name: "convlens.getSources"; readonly package: string }
  | { readonly name: "convlens.chooseEnvironment" }
  | { readonly name: "convlens.revealLayer"; readonly network: string; readonly layers: readonly string[] };

export interface LensOptions extends CostOptions {
  /** The network that shared lines show. */
  readonly active?: string | undefined;
  /** The client can get sources of packages and choose an environment. */
  readonly offersSources?: boolean;
}

export function lenses(analysis: FileAnalysis, options: LensOptions): Lens[] {
  const parts = partLines(analysis, options.active);
  const own = wholeNetworks(analysis, options.active);
  return [
    ...own.flatMap((report) => networkLens(report, analysis.file, options) ?? []),
    ...failureLenses(analysis, options),
    ...pendingLenses(analysis),
    ...(options.offersSources ? missingLenses(analysis, options) : []),
    ...parts.map((line) => partLens(line, options)),
    ...layerLines(analysis, options.active).flatMap((line) => layerLens(line, options) ?? []),
  ];
}

/** What the command of a lens is called with. */
export function lensArguments(uri: string, command: LensCommand): unknown[] {
  switch (command.name) {
    case "convlens.profileNetwork":
    case "convlens.setArguments":
      return [uri, command.network];
    case "convlens.revealLayer":
      return [uri, command.network, command.layers];
    case "convlens.getSources":
      return [command.package];
    case "convlens.chooseEnvironment":
      return [];
  }
}

function networkLens(report: Report, file: string, options: LensOptions): Lens | undefined {
  const at = report.network_at;
  if (!at || at.file !== file) return undefined;
  return {
    at,
    title: visible(`${networkTitle(report, options)} · ${options.t("Profile")}`),
    command: { name: "convlens.profileNetwork", network: report.network },
  };
}

/** Networks that are still worked on: their figures come into the same lines. */
function pendingLenses({ file, pending = [] }: FileAnalysis): Lens[] {
  return pending.flatMap(({ network, at }) =>
    at.file === file ? { at, title: "…", command: { name: "convlens.profileNetwork", network } } : [],
  );
}

/** Networks that lack something, several of one line in one lens. */
function failureLenses(analysis: FileAnalysis, { t, offersSources }: LensOptions): Lens[] {
  const taken = new Set(analysis.reports.map(({ network_at }) => network_at?.line));
  const lenses = new Map<number, Lens>();
  for (const { network, at, reason } of openFailures(analysis)) {
    if (at.file !== analysis.file || taken.has(at.line) || lenses.has(at.line)) continue;
    const told = reasonText(reason, t);
    const canSet = offersSources === true && needsArguments(reason);
    lenses.set(at.line, {
      at,
      title: visible(canSet ? t("{0}: set its arguments…", told) : told),
      command: { name: canSet ? "convlens.setArguments" : "convlens.profileNetwork", network },
    });
  }
  return [...lenses.values()];
}

/** Where a package is missing first: what can be done about it. */
function missingLenses(analysis: FileAnalysis, { t }: LensOptions): Lens[] {
  return missingPackages(analysis).flatMap(({ name, lines: [line] }): Lens[] => {
    if (line === undefined) return [];
    const at = { file: analysis.file, line, column: 1 };
    return [
      {
        at,
        title: visible(t("{0} is not installed: get its sources", name)),
        command: { name: "convlens.getSources", package: name },
      },
      { at, title: t("Choose the environment…"), command: { name: "convlens.chooseEnvironment" } },
    ];
  });
}

/** Above a class that a network has instances of: how many, and what they cost. */
function partLens(line: PartLine, options: LensOptions): Lens {
  const { part, report } = line;
  const names = part.layers.flatMap((index) => report.layers[index]?.name ?? []);
  return {
    at: part.at,
    title: visible(partText(line, options)),
    command: { name: "convlens.revealLayer", network: report.network, layers: names },
  };
}

function layerLens(line: LayerLine, options: LensOptions): Lens | undefined {
  const layers = costly(line.layers);
  const [only] = layers;
  if (!only) return undefined;
  const figures =
    layers.length === 1 ? singleFigures(only, line.layers, options) : manyFigures(layers, options);
  const parts = [...figures, ...shareText(layers, line.report)];
  if (line.shared) parts.push(line.report.network);
  return {
    at: line.at,
    title: visible(parts.join(" · ")),
    command: {
      name: "convlens.revealLayer",
      network: line.report.network,
      layers: layers.map(({ name }) => name),
    },
  };
}
