/** `convlens sweep`: a network at many widths, resolutions, sizes and batches, and in the columns of MobileNet's tables. */

import { visible, visibleJson } from "../engine/base/visible.ts";
import type { Device } from "../engine/contract/device.ts";
import type { Engine } from "../engine/contract/engine.types.ts";
import type { SweepResult } from "../engine/contract/sweep.ts";
import { sweepCsv, sweepMarkdown, sweepText } from "../engine/formats/sweep.ts";
import { type Simulate, sweepNetwork } from "../engine/separable/sweep.ts";
import { chooseDevice } from "./devices.ts";
import { networkOptions, openFile } from "./open.ts";
import { paper } from "./paper.ts";
import { relativeFile } from "./places.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";
import type { SweepCommand } from "./sweepArguments.ts";

export async function sweep(
  command: SweepCommand,
  around: Surroundings,
  isOneOfMany: boolean,
): Promise<ExitCode> {
  const device = command.device === undefined ? null : chooseDevice(command.device, command, around);
  if (device === undefined) return 2;
  const opened = await openFile(command, around);
  if (opened === undefined) return 2;
  const simulate = simulateIn(opened.engine, opened.file, command);
  if (command.paper)
    return paper(simulate, command, around, relativeFile(opened.file, around.cwd), isOneOfMany);
  const result = sweepNetwork(simulate, { ...command.options, ...(device && { device }) });
  if (!result.ok) {
    around.err(`convlens: ${command.file}: ${result.reason}\n`);
    return 2;
  }
  const { refused } = result.sweep;
  for (const { layer, reason } of refused) around.err(`convlens: ${layer} is not swapped: ${reason}\n`);
  around.out(rendered(result.sweep, command, around, relativeFile(opened.file, around.cwd), isOneOfMany));
  return refused.length > 0 || result.sweep.frontier?.length === 0 ? 1 : 0;
}

function simulateIn(engine: Engine, file: string, command: SweepCommand): Simulate {
  return (options, refused) => engine.simulate(file, { ...networkOptions(command), ...options }, refused);
}

type Sweep = Extract<SweepResult, { readonly ok: true }>["sweep"];

function rendered(
  found: Sweep,
  { format, unit, options, file: name }: SweepCommand,
  around: Surroundings,
  file: string,
  isOneOfMany: boolean,
): string {
  const { budgetMacs } = options;
  switch (format) {
    case "json": {
      const { network, ...rest } = found;
      const head = { version: 1, tool: `convlens ${around.version}`, file, network };
      const all = { ...head, ...(budgetMacs !== undefined && { budget_macs: budgetMacs }), ...rest };
      return `${visibleJson(all, isOneOfMany ? undefined : 1)}\n`;
    }
    case "csv":
      return sweepCsv(found, unit);
    case "markdown":
      return sweepMarkdown(found, unit);
    case "text": {
      const title = `${found.network}: ${found.swapped.length} convolutions swapped${boundText(found.device)}`;
      const lines = [title, ...sweepText(found, { unit, ...around })];
      const head = isOneOfMany ? `${visible(name)}\n` : "";
      return `${head}${lines.map((line) => withoutUnseen(line, around.color)).join("\n")}\n`;
    }
  }
}

function boundText(device: Device | null): string {
  return device ? `; least times on ${device.name} are bounds, no predictions` : "";
}

/** Cells are made visible one by one; the colours around them stay. */
function withoutUnseen(line: string, color: boolean): string {
  return color ? line.trimEnd() : visible(line).trimEnd();
}
