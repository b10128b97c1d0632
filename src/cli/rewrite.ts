/** `convlens rewrite`: shows, writes or prints the edits that put depthwise separable convolutions into the source. */
import { visibleJson } from "../engine/base/visible.ts";
import type { Rewrite, RewriteTotals, TextEdit } from "../engine/contract/rewrite.ts";
import type { RewriteCommand } from "./arguments.ts";
import { type Changed, changed, patchOf, patchRoot, writeAll } from "./changed.ts";
import { networkOptions, openFile } from "./open.ts";
import { placeText, relativeFile } from "./places.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

export async function rewrite(
  command: RewriteCommand,
  around: Surroundings,
  isOneOfMany: boolean,
): Promise<ExitCode> {
  const opened = await openFile(command, around);
  if (opened === undefined) return 2;
  const { layers, stem, only, style } = command;
  const chosen = { layers, stem, only, ...(style && { style }) };
  const result = opened.engine.rewrite(opened.file, { ...networkOptions(command), ...chosen });
  if (!result.ok) {
    around.err(`convlens: ${placeText(result.at, around.cwd) || `${command.file}: `}${result.reason}\n`);
    return 2;
  }
  const { rewrite } = result;
  for (const { layers: left, reason, at } of rewrite.refused)
    around.err(`convlens: ${placeText(at, around.cwd)}${left.join(", ")}: ${reason}\n`);
  const { sources: _, ...told } = rewrite;
  if (command.mode === "json") around.out(`${visibleJson(told, isOneOfMany ? undefined : 1)}\n`);
  else if (!change(rewrite, command, around)) return 2;
  around.err(
    `convlens: ${rewrite.layers.length} layers${command.mode === "write" ? " rewritten" : " to rewrite"}\n`,
  );
  if (style && style !== rewrite.style)
    around.err("convlens: only PyTorch and Keras have --style class: each call is written out\n");
  if (rewrite.never_run.length > 0)
    around.err(`convlens: do not run, but change with their lines: ${rewrite.never_run.join(", ")}\n`);
  for (const { name, copy, at } of rewrite.copies)
    around.err(`convlens: ${placeText(at, around.cwd)}${name} stays for others: ${copy} is a copy of it\n`);
  for (const { network, file, before, after } of rewrite.others)
    around.err(
      `convlens: ${file === undefined ? "" : `${relativeFile(file, around.cwd)}: `}${network} changes with it: ${totals(before)} → ${totals(after)} (--only keeps it)\n`,
    );
  for (const { message, at } of rewrite.warnings)
    around.err(`convlens: ${placeText(at, around.cwd)}warning: ${message}\n`);
  const { macs, params } = rewrite.traced;
  around.err(`convlens: traced again: ${macs} MACs, ${params} params, as simulated\n`);
  return rewrite.refused.length > 0 ? 1 : 0;
}

function totals({ macs, params }: RewriteTotals): string {
  return `${macs ?? "unknown"} MACs, ${params ?? "unknown"} params`;
}

function byFile({ edits }: Rewrite): ReadonlyMap<string, readonly TextEdit[]> {
  const files = new Map<string, TextEdit[]>();
  for (const edit of edits) files.set(edit.at.file, [...(files.get(edit.at.file) ?? []), edit]);
  return files;
}

/** Are all files changed, or none and a line on stderr that says why? */
function change(rewrite: Rewrite, { mode }: RewriteCommand, around: Surroundings): boolean {
  const files: Changed[] = [];
  for (const [file, edits] of byFile(rewrite)) {
    const source = rewrite.sources.find((each) => each.file === file)?.text ?? "";
    const result = changed(file, edits, source);
    if ("problem" in result) return refuse({ file, ...result }, around);
    files.push(result);
  }
  if (mode === "write") {
    const failed = writeAll(files);
    return failed === undefined || refuse(failed, around);
  }
  const root = patchRoot(
    files.map(({ file }) => file),
    around.cwd,
  );
  for (const file of files) around.out(patchOf(file, root));
  if (root !== around.cwd) around.err(`convlens: the patch's paths start at ${root}\n`);
  return true;
}

function refuse(failed: { readonly file: string; readonly problem: string }, around: Surroundings): false {
  around.err(`convlens: ${relativeFile(failed.file, around.cwd)}: ${failed.problem}; nothing is written\n`);
  return false;
}
