/** What a command line names: a file and a network in it. No more, so that reading a command line loads little. */

export interface Target {
  readonly file: string;
  readonly model?: string;
}

/** Whether targets are more than one file; a name without an ending is a folder's. */
export function namesMany(targets: readonly string[]): boolean {
  const [first = ""] = targets;
  return targets.length > 1 || isGlob(first) || !/\.\w+$/.test(first);
}

export function isGlob(text: string): boolean {
  return /[*?[\]{}!]/.test(text);
}

/**
 * `FILE` or `FILE:NAME`, NAME a network or its factory (`EfficientNet.from_name`). The file keeps its extension, so
 * that a Windows drive's colon (`C:\net.py`) separates nothing.
 */
export function splitTarget(text: string): Target {
  const [, file, model] = /^(.+\.\w+):([\p{L}_$][\p{L}\p{N}_$.]*)$/u.exec(text) ?? [];
  return file !== undefined && model !== undefined ? { file, model } : { file: text };
}
