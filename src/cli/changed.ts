/** Files with a rewrite's edits made: in their own encoding, as a patch or written back, all or none. */
import {
  accessSync,
  chmodSync,
  constants,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from "diff";
import type { TextEdit } from "../engine/separable/rewrite/contract.ts";
import { applyEdits } from "../engine/separable/rewrite/place.ts";
import { decode, encode, invalidBytes } from "../node/text.ts";

export interface Changed {
  readonly file: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

/** The new bytes, or why there are none: what the edits leave alone must come back byte for byte. */
export function changed(file: string, edits: readonly TextEdit[]): Changed | { readonly problem: string } {
  let before: Buffer;
  try {
    before = readFileSync(file);
  } catch (error) {
    return { problem: `cannot be read: ${codeOf(error)}` };
  }
  const decoded = decode(before, file);
  if ("problem" in decoded) return decoded;
  const { text, encoding, invalidLine } = decoded;
  if (invalidLine !== undefined) return { problem: invalidBytes(invalidLine, encoding) };
  const edited = applyEdits(text, edits);
  const after = encode(edited, encoding);
  const back = decode(after, file);
  if ("problem" in back || back.text !== edited)
    return { problem: `the new code has characters that ${encoding.name} lacks: save the file as UTF-8` };
  return { file, before, after };
}

/** A unified diff whose lines keep the file's own bytes, so that `patch -p1` and `git apply` take it in any encoding. */
export function patchOf({ file, before, after }: Changed, cwd: string): Buffer {
  const name = path.relative(cwd, file).replaceAll(path.sep, "/");
  const patch = structuredPatch(
    `a/${name}`,
    `b/${name}`,
    before.toString("latin1"),
    after.toString("latin1"),
    "",
    "",
    { context: 3 },
  );
  const [old = "", now = "", ...hunks] = formatPatch(patch, FILE_HEADERS_ONLY).split("\n");
  // A name with blanks ends where a tab stands.
  const head = [old, now].map((line) => (name.includes(" ") ? `${line}\t\n` : `${line}\n`)).join("");
  return Buffer.concat([Buffer.from(head), Buffer.from(hunks.join("\n"), "latin1")]);
}

/** Writes beside each file and renames, so that no reader ever sees half a file; a link's target is what changes. */
export function writeAll(
  files: readonly Changed[],
): { readonly file: string; readonly problem: string } | undefined {
  const written: { readonly file: string; readonly target: string; readonly beside: string }[] = [];
  let current = "";
  try {
    for (const { file, after } of files) {
      current = file;
      const target = realpathSync(file);
      accessSync(target, constants.W_OK);
      const { mode } = statSync(target);
      const beside = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.tmp`);
      writeFileSync(beside, after, { flag: "wx", mode });
      written.push({ file, target, beside });
      chmodSync(beside, mode);
    }
    for (const { file, target, beside } of written) {
      current = file;
      renameSync(beside, target);
    }
    return undefined;
  } catch (error) {
    for (const { beside } of written) rmSync(beside, { force: true });
    return { file: current, problem: `cannot be written: ${codeOf(error)}` };
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
