/** `convlens simulate`: a network before and after MobileNet's three changes, as JSON or as a table for people. */

import { visible, visibleJson } from "../engine/base/visible.ts";
import type { OwnWidth, Simulation } from "../engine/contract/separable.ts";
import { layoutTable } from "../engine/formats/table.ts";
import { formatChange, formatCount, formatShapes, inUnit, UNIT_LABELS } from "../engine/formats/units.ts";
import { widthText } from "../present/cost.ts";
import type { SimulateCommand } from "./arguments.ts";
import { networkOptions, openFile } from "./open.ts";
import { placeText, relativePlaces } from "./places.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

export async function simulate(
  command: SimulateCommand,
  around: Surroundings,
  isOneOfMany: boolean,
): Promise<ExitCode> {
  const opened = await openFile(command, around);
  if (opened === undefined) return 2;
  const result = opened.engine.simulate(opened.file, { ...networkOptions(command), ...command.options });
  if (!result.ok) {
    around.err(`convlens: ${command.file}: ${result.reason}\n`);
    return 2;
  }
  const { simulation } = result;
  for (const { layer, reason } of simulation.refused)
    around.err(`convlens: ${layer} is not swapped: ${reason}\n`);
  around.out(
    command.format === "json"
      ? simulationJson(simulation, around.cwd, isOneOfMany)
      : `${isOneOfMany ? `${visible(command.file)}\n` : ""}${simulationText(simulation, command, around)}`,
  );
  const { problems } = simulation;
  for (const { at, severity, message } of problems)
    around.err(`convlens: ${placeText(at, around.cwd)}${severity}: ${message}\n`);
  return simulation.refused.length > 0 || problems.length > 0 ? 1 : 0;
}

/** One of many is a line, as JSON Lines has it. */
function simulationJson(simulation: Simulation, cwd: string, isOneOfMany: boolean): string {
  const { before, after, ...rest } = simulation;
  const shown = relativePlaces(before, cwd);
  const { version, tool, file, network, width_arguments = [] } = shown;
  const all = {
    ...{ version, tool, file, network, ...rest, width_arguments },
    before: shown,
    after: relativePlaces(after, cwd),
  };
  return `${visibleJson(all, isOneOfMany ? undefined : 1)}\n`;
}

function simulationText(simulation: Simulation, { unit }: SimulateCommand, { width }: Surroundings): string {
  const { before, after, alpha, rho, swapped, kept, width_arguments: widths } = simulation;
  const { never_run: idle, unfollowed, own_width: own } = simulation;
  const [was, now] = [before.totals, after.totals];
  const label = UNIT_LABELS[unit];
  const fits = simulation.problems.length === 0;
  const change = (from: number | null, to: number | null): string =>
    from === null || to === null || !fits ? "" : ` (${formatChange(from, to)})`;
  const cost = (macs: number | null): string => (macs === null ? "?" : formatCount(inUnit(macs, unit)));
  const rows = after.layers.flatMap((layer, index) => {
    const old = before.layers[index];
    const same = old && old.macs === layer.macs && old.params === layer.params;
    return same || !old ? [] : [{ layer, old }];
  });
  const lines = [
    `${before.network}: ${swapped.length} convolutions swapped, α ${alpha}, ρ ${Number(rho.toFixed(3))}`,
    `input ${formatShapes(before.input.shapes)} → ${formatShapes(after.input.shapes)}`,
    "",
    ...layoutTable(
      [
        { title: "layer", align: "left", shrink: "start", cell: ({ layer }) => layer.name },
        { title: "", align: "left", drop: 1, cell: ({ layer }) => (layer.swapped ? "swapped" : "") },
        { title: `${label} before`, align: "right", cell: ({ old }) => cost(old.macs) },
        { title: "after", align: "right", cell: ({ layer }) => cost(layer.macs) },
        { title: "params before", align: "right", drop: 2, cell: ({ old }) => formatCount(old.params) },
        { title: "after", align: "right", drop: 2, cell: ({ layer }) => formatCount(layer.params) },
      ],
      rows,
      width,
    ),
    "",
    `${label}  ${cost(was.macs)} → ${cost(now.macs)}${change(was.macs, now.macs)}`,
    `params  ${formatCount(was.params)} → ${formatCount(now.params)}${change(was.params, now.params)}`,
    ...(simulation.problems.length > 0 ? ["the changed network does not fit: see the errors"] : []),
    ...(idle.length > 0 ? [`do not run, but share a swapped line: ${some(idle)}`] : []),
    ...(unfollowed.length > 0 ? [`never run, so α is taken of each by itself: ${some(unfollowed)}`] : []),
    ...kept.map(({ layers, reason }) => `width kept: ${some(layers)}: ${reason}`),
    ...(own ? [ownText(before.network, own, cost)] : []),
    ...(own ? [] : widths).map(
      (width) =>
        `${before.network} sets its own width by ${widthText(width)}: --args "${width.name}=${alpha}"`,
    ),
  ];
  return `${lines.map((line) => visible(line).trimEnd()).join("\n")}\n`;
}

/** What the network's own argument of width makes, and where that is not what α alone says. */
function ownText(network: string, own: OwnWidth, cost: (macs: number | null) => string): string {
  const { argument, value, macs, params, differs } = own;
  const widths = differs.map(({ layer, channels, simulated }) => `${layer} ${channels}, not ${simulated}`);
  const kept = widths.length > 0 ? `; by rules of its own: ${some(widths)}` : "";
  return `${network} itself, with ${argument}=${value}: ${cost(macs)}, ${formatCount(params)} params${kept}`;
}

function some(names: readonly string[]): string {
  return `${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""}`;
}
