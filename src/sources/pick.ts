/** Which version of a package is taken, and which of its archives. */
import { rcompare } from "@renovatebot/pep440/lib/operator.js";
import { explain, valid } from "@renovatebot/pep440/lib/version.js";
import { packageName } from "../engine/languages/python/packages.ts";
import { fits, isExact } from "./requirement.ts";
import type { IndexFile } from "./simpleIndex.ts";

export interface Archive {
  readonly file: IndexFile;
  readonly version: string;
  readonly kind: "wheel" | "tar" | "zip";
}

/** The archives of a page that can be read, newest version first. */
export function archivesOf(name: string, files: readonly IndexFile[]): readonly Archive[] {
  return files.flatMap((file) => archiveOf(name, file) ?? []).sort((a, b) => rcompare(a.version, b.version));
}

function archiveOf(name: string, file: IndexFile): Archive | undefined {
  const [, kind] = /\.(whl|zip|tar\.gz|tgz)$/.exec(file.filename) ?? [];
  if (kind === undefined) return undefined;
  const stem = file.filename.slice(0, -kind.length - 1);
  if (kind === "whl") {
    const [title = "", version = ""] = stem.split("-");
    const ours = packageName(title) === packageName(name) ? valid(version) : null;
    return ours === null ? undefined : { file, version: ours, kind: "wheel" };
  }
  // The name of a source archive may have dashes itself.
  for (let dash = stem.indexOf("-"); dash >= 0; dash = stem.indexOf("-", dash + 1)) {
    const version =
      packageName(stem.slice(0, dash)) === packageName(name) ? valid(stem.slice(dash + 1)) : null;
    if (version !== null) return { file, version, kind: kind === "zip" ? "zip" : "tar" };
  }
  return undefined;
}

/**
 * The newest version that fits. What its owners took back (yanked) only counts where it is named; pre-releases where
 * one is named, or where there is nothing else.
 */
export function pickArchive(archives: readonly Archive[], specifier: string): Archive | undefined {
  const usable = isExact(specifier) ? archives : archives.filter(({ file }) => !file.yanked);
  const stable = usable.filter(({ version }) => fits(version, specifier) && !isPrerelease(version));
  const fitting = stable.length > 0 ? stable : usable.filter(({ version }) => fits(version, specifier, true));
  const version = fitting[0]?.version;
  const [best] = fitting.filter((archive) => archive.version === version).sort((a, b) => rank(a) - rank(b));
  return best;
}

function isPrerelease(version: string): boolean {
  return explain(version)?.is_prerelease === true;
}

/**
 * Wheels have what an import finds, so they go first; those for any machine before others. Of those for one machine the
 * smallest is taken: their text is the same.
 */
function rank({ file, kind }: Archive): number {
  const size = (file.size ?? 0) / 1e15;
  if (kind === "tar") return 3;
  if (kind === "zip") return 4;
  const [python = "", , platform] = file.filename.slice(0, -".whl".length).split("-").slice(-3);
  const isOld = !python.split(".").some((tag) => /^(py3|cp3)/.test(tag));
  return (platform === "any" ? 0 : 1) + (isOld ? 0.5 : 0) + size;
}
