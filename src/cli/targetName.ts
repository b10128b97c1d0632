/** What a command line names: a file and a network in it. No more, so that reading a command line loads little. */

export interface Target {
  readonly file: string;
  readonly model?: string;
}

/**
 * `FILE` or `FILE:NAME`, NAME a network or its factory (`EfficientNet.from_name`). The file keeps its extension, so
 * that a Windows drive's colon (`C:\net.py`) separates nothing.
 */
export function splitTarget(text: string): Target {
  const [, file, model] = /^(.+\.\w+):([\p{L}_$][\p{L}\p{N}_$.]*)$/u.exec(text) ?? [];
  return file !== undefined && model !== undefined ? { file, model } : { file: text };
}
