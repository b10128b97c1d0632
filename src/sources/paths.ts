/** Which files of an archive are kept, and where; an archive that tries to write elsewhere is refused as a whole. */
import { SourcesProblem } from "./problem.ts";

/** One file of 2 MB is a table of data. Of libraries torch has the most text, 62 MB in 2,617 files. */
export const LIMITS = { fileBytes: 2e6, packageBytes: 120e6, files: 20_000, entries: 400_000 } as const;

const TEXT = /\.(pyi?|ya?ml|json|txt|cfg|toml)$/i;
const METADATA = /^[^/]+\.dist-info\/(METADATA|RECORD|top_level\.txt)$/;
/** Names that Windows takes for devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const UNPRINTABLE = /\p{Cc}/u;

/** Refuses a path that leads out of the folder that it is put in, on any system. */
export function refuseClimbing(raw: string): void {
  const parts = raw.split(/[/\\]/);
  const isOutside =
    raw === "" || /^[/\\]/.test(raw) || /^[A-Za-z]:/.test(raw) || parts.includes("..") || raw.includes("\0");
  if (isOutside)
    throw new SourcesProblem(`it holds the path ${JSON.stringify(raw)}, which leads out of the package`);
}

/** Text that a program's imports or its metadata need. */
export function isKept(file: string): boolean {
  return file.includes(".dist-info/") ? METADATA.test(file) : TEXT.test(file);
}

/** The files that are kept so far; a new one is refused where some system would write it over another. */
export class KeptPaths {
  readonly #known = new Map<string, string>();

  /** `path` is kept and `refuseClimbing` has seen it. */
  add(path: string): void {
    const parts = path.split("/");
    const isOdd =
      path.includes("\\") ||
      UNPRINTABLE.test(path) ||
      parts.some((part) => part === "" || part === "." || /[. ]$|[:*?"<>|]/.test(part) || DEVICE.test(part));
    if (isOdd)
      throw new SourcesProblem(`it holds the path ${JSON.stringify(path)}, which not every system can have`);
    for (let end = 1; end <= parts.length; end++) {
      const own = parts.slice(0, end).join("/");
      const kind = end === parts.length ? `file ${own}` : `folder ${own}`;
      const key = own.normalize("NFC").toLowerCase();
      const before = this.#known.get(key);
      if (before === undefined) this.#known.set(key, kind);
      else if (before !== kind || end === parts.length)
        throw new SourcesProblem(`it holds ${JSON.stringify(own)} twice, or in another case`);
    }
  }
}
