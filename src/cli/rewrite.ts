/** `convlens rewrite`: shows, writes or prints the edits that put depthwise separable convolutions into the source. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Rewrite, TextEdit } from "../engine/separable/rewrite/contract.ts";
import { applyEdits } from "../engine/separable/rewrite/place.ts";
import type { RewriteCommand } from "./arguments.ts";
import { networkOptions, openFile } from "./open.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";

export async function rewrite(command: RewriteCommand, around: Surroundings): Promise<ExitCode> {
  const opened = await openFile(command, around);
  if (opened === undefined) return 2;
  const { layers, stem } = command;
  const result = opened.engine.rewrite(opened.file, { ...networkOptions(command), layers, stem });
  if (!result.ok) {
    around.err(`convlens: ${command.file}: ${result.reason.replaceAll(/\p{Cc}+/gu, " ")}\n`);
    return 2;
  }
  const { rewrite } = result;
  for (const { layers: left, reason } of rewrite.refused)
    around.err(`convlens: ${left.join(", ")}: ${reason}\n`);
  if (command.mode === "json") around.out(`${JSON.stringify(rewrite, undefined, 1)}\n`);
  else for (const [file, edits] of byFile(rewrite)) change(file, edits, command, around);
  around.err(
    `convlens: ${rewrite.layers.length} layers${command.mode === "write" ? " rewritten" : " to rewrite"}\n`,
  );
  if (rewrite.never_run.length > 0)
    around.err(`convlens: do not run, but change with their lines: ${rewrite.never_run.join(", ")}\n`);
  const { traced, simulated } = rewrite;
  const same = traced.macs === simulated.macs && traced.params === simulated.params;
  around.err(
    same
      ? `convlens: traced again: ${traced.macs} MACs, ${traced.params} params, as simulated\n`
      : `convlens: traced again: ${traced.macs} MACs, ${traced.params} params; simulated: ${simulated.macs} MACs, ${simulated.params} params\n`,
  );
  return rewrite.refused.length > 0 || !same ? 1 : 0;
}

function byFile({ edits }: Rewrite): ReadonlyMap<string, readonly TextEdit[]> {
  const files = new Map<string, TextEdit[]>();
  for (const edit of edits) files.set(edit.at.file, [...(files.get(edit.at.file) ?? []), edit]);
  return files;
}

function change(
  file: string,
  edits: readonly TextEdit[],
  { mode }: RewriteCommand,
  around: Surroundings,
): void {
  const before = readFileSync(file, "utf8");
  if (mode === "write") writeFileSync(file, applyEdits(before, edits));
  else around.out(diff(path.relative(around.cwd, file), before, edits));
}

/** A unified diff without context: edits that share lines are one hunk. */
function diff(name: string, before: string, edits: readonly TextEdit[]): string {
  const lines = before.split("\n");
  let grown = 0;
  const hunks = inHunks(edits).map((group) => {
    const start = group[0]?.at.line ?? 1;
    const end = Math.max(...group.map(({ at }) => at.end_line ?? at.line));
    const old = lines.slice(start - 1, end);
    const moved = group.map(({ at, text }) => ({
      text,
      at: { ...at, line: at.line - start + 1, end_line: (at.end_line ?? at.line) - start + 1 },
    }));
    const now = applyEdits(old.join("\n"), moved).split("\n");
    const head = `@@ -${start},${old.length} +${start + grown},${now.length} @@`;
    grown += now.length - old.length;
    return [head, ...old.map((text) => `-${text}`), ...now.map((text) => `+${text}`)].join("\n");
  });
  return `--- a/${name}\n+++ b/${name}\n${hunks.join("\n")}\n`;
}

function inHunks(edits: readonly TextEdit[]): readonly (readonly TextEdit[])[] {
  const hunks: TextEdit[][] = [];
  let end = 0;
  for (const edit of [...edits].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)) {
    if (edit.at.line <= end) hunks.at(-1)?.push(edit);
    else hunks.push([edit]);
    end = Math.max(end, edit.at.end_line ?? edit.at.line);
  }
  return hunks;
}
