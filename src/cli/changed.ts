/** Files with a rewrite's edits made: in their own encoding, as a patch or written back, all or none. */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from "diff";
import type { TextEdit } from "../engine/contract/rewrite.ts";
import { applyEdits, withPlainLines } from "../engine/separable/rewrite/place.ts";
import { decode, encode, invalidBytes } from "../node/text.ts";

export interface Changed {
  readonly file: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

const CHANGED_MEANWHILE = "changed meanwhile: run the command again";

/** The new bytes, or why there are none: what the edits leave alone must come back byte for byte. */
export function changed(
  file: string,
  edits: readonly TextEdit[],
  /** What the edits were worked out from, lines ended by \n. */
  source: string,
): Changed | { readonly problem: string } {
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
  if (withPlainLines(text) !== source) return { problem: CHANGED_MEANWHILE };
  const edited = applyEdits(text, edits);
  const after = encode(edited, encoding);
  const back = decode(after, file);
  if ("problem" in back || back.text !== edited)
    return { problem: `the new code has characters that ${encoding.name} lacks: save the file as UTF-8` };
  return { file, before, after };
}

/** The folder that a patch of these files is made from: their repository's, else the working directory or theirs. */
export function patchRoot(files: readonly string[], cwd: string): string {
  const [first = cwd] = files;
  for (let folder = path.dirname(first); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, ".git")) && holdsAll(folder, files)) return folder;
    if (folder === path.dirname(folder)) break;
  }
  if (holdsAll(cwd, files)) return cwd;
  let common = path.dirname(first);
  while (!holdsAll(common, files) && common !== path.dirname(common)) common = path.dirname(common);
  return common;
}

function holdsAll(folder: string, files: readonly string[]): boolean {
  return files.every((file) => {
    const way = path.relative(folder, file);
    return way !== "" && !path.isAbsolute(way) && way.split(path.sep)[0] !== "..";
  });
}

/**
 * A diff as git writes it, its lines in the file's own bytes, so that `patch -p1` and `git apply` take it in any
 * encoding; git takes it in the folders below its root too.
 */
export function patchOf({ file, before, after }: Changed, root: string): Buffer {
  const name = path.relative(root, file).replaceAll(path.sep, "/");
  const patch = structuredPatch(
    `a/${name}`,
    `b/${name}`,
    before.toString("latin1"),
    after.toString("latin1"),
    "",
    "",
    { context: 3 },
  );
  const [, , ...hunks] = formatPatch(patch, FILE_HEADERS_ONLY).split("\n");
  const [old, now] = [quoted(`a/${name}`), quoted(`b/${name}`)];
  // A name with blanks ends where a tab stands.
  const end = name.includes(" ") ? "\t\n" : "\n";
  const head = `diff --git ${old} ${now}\n--- ${old}${end}+++ ${now}${end}`;
  return Buffer.concat([Buffer.from(head), Buffer.from(hunks.join("\n"), "latin1")]);
}

/** As git writes names that a line of a patch cannot hold as they are. */
function quoted(name: string): string {
  const escapes: readonly string[] = [...name].map((character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const code = character.charCodeAt(0);
    return code < 0x20 || code === 0x7f ? `\\${code.toString(8).padStart(3, "0")}` : character;
  });
  const text = escapes.join("");
  return text === name ? name : `"${text}"`;
}

/**
 * Writes beside each file and renames, so that no reader ever sees half a file; a link's target is what changes. Where
 * one file cannot be renamed, those before it have their old bytes again.
 */
export function writeAll(files: readonly Changed[]): Failure | undefined {
  const written: Written[] = [];
  let renamed = 0;
  let current = "";
  try {
    for (const one of files) {
      const { file, after } = one;
      current = file;
      const target = realpathSync(file);
      accessSync(target, constants.W_OK);
      const { mode } = statSync(target);
      const beside = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.tmp`);
      writeFileSync(beside, after, { flag: "wx", mode });
      written.push({ target, beside, changed: one });
      chmodSync(beside, mode);
    }
    for (const { target, beside, changed: one } of written) {
      current = one.file;
      if (!readFileSync(target).equals(one.before))
        return undo(written, renamed, { file: current, problem: CHANGED_MEANWHILE });
      renameSync(beside, target);
      renamed += 1;
    }
    return undefined;
  } catch (error) {
    return undo(written, renamed, { file: current, problem: `cannot be written: ${codeOf(error)}` });
  }
}

interface Written {
  readonly target: string;
  readonly beside: string;
  readonly changed: Changed;
}
interface Failure {
  readonly file: string;
  readonly problem: string;
}

/** The first so many of them were renamed. */
function undo(written: readonly Written[], renamed: number, failure: Failure): Failure {
  for (const { target, changed: one } of written.slice(0, renamed)) writeFileSync(target, one.before);
  for (const { beside } of written.slice(renamed)) rmSync(beside, { force: true });
  return failure;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
