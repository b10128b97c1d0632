/** Places of the answers as links, from what the command prints: files from the folder that it ran in. */
import path from "node:path";
import type { Place } from "../engine/contract/report.ts";
import { where } from "../engine/formats/where.ts";
import { toSlashes } from "../node/host.ts";
import { escapeMarkdown } from "../server/markdown.ts";
import { uriOf } from "../server/uris.ts";

export class Places {
  readonly #cwd: string;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** `[net.py:12](<file:///…/net.py#L12>)`; of a notebook the file, as clients know no cells. */
  link(at: Place): string {
    const line = at.cell === undefined ? `#L${at.line}` : "";
    return `[${escapeMarkdown(where(at))}](<${this.#uri(at.file)}${line}>)`;
  }

  file(file: string): string {
    return `[${escapeMarkdown(file)}](<${this.#uri(file)}>)`;
  }

  #uri(file: string): string {
    return uriOf(toSlashes(path.resolve(this.#cwd, file)));
  }
}
