/** A package as imports find it, from what its archive holds: wheels have that layout, source archives are moved to it. */
import type { Text } from "./archive.ts";
import { isKept } from "./paths.ts";
import type { Archive } from "./pick.ts";

export interface Package {
  readonly files: Text;
  /** Top-level modules. */
  readonly modules: readonly string[];
  /** What it requires, as it is written. */
  readonly requires: readonly string[];
}

/** Where a file of an archive goes at first: wheels may keep modules in `NAME.data/purelib`. */
export function placeOf(kind: Archive["kind"]): (path: string) => string | undefined {
  if (kind !== "wheel") return (path) => (isKept(path) || isMetadata(path) ? path : undefined);
  return (path) => {
    const place = path.replace(/^[^/]+\.data\/(purelib|platlib)\//, "");
    return isKept(place) && !/^[^/]+\.data\//.test(place) ? place : undefined;
  };
}

function isMetadata(path: string): boolean {
  return /^[^/]+\/PKG-INFO$|\.egg-info\/(PKG-INFO|requires\.txt|top_level\.txt)$/.test(path);
}

export function packageOf(text: Text, { kind, version, file }: Archive): Package {
  return kind === "wheel" ? wheel(text) : sourceArchive(text, file.filename, version);
}

function wheel(files: Text): Package {
  const metadata = [...files].find(([path]) => /^[^/]+\.dist-info\/METADATA$/.test(path))?.[1];
  return { files, modules: modulesOf(files.keys()), requires: requiresIn(String(metadata ?? "")) };
}

/** `Requires-Dist` lines of a METADATA file. */
function requiresIn(metadata: string): readonly string[] {
  const [head = ""] = metadata.split(/\r?\n\r?\n/);
  return [...head.matchAll(/^Requires-Dist:\s*(.+?)\s*$/gim)].map(([, requirement = ""]) => requirement);
}

/** Folders of a source archive that no installation has. */
const NOT_INSTALLED =
  /^(tests?|docs?|examples?|benchmarks?|scripts?|tools|build|dist|notebooks?|setup|conftest|noxfile)$/;

function sourceArchive(text: Text, filename: string, version: string): Package {
  const inside = new Map([...text].map(([path, content]) => [path.slice(path.indexOf("/") + 1), content]));
  const info = [...inside.keys()].find((path) => /\.egg-info\/(PKG-INFO|top_level\.txt)$/.test(path));
  const infoFolder = info?.slice(0, info.lastIndexOf("/"));
  const root = infoFolder?.includes("/")
    ? infoFolder.slice(0, infoFolder.lastIndexOf("/") + 1)
    : hasSourceFolder(inside)
      ? "src/"
      : "";
  const below = new Map(
    [...inside].flatMap(([path, content]) =>
      path.startsWith(root) && !path.includes(".egg-info/") && isKept(path)
        ? [[path.slice(root.length), content] as const]
        : [],
    ),
  );
  const listed = String(inside.get(`${infoFolder}/top_level.txt`) ?? "").split(/\s+/);
  const found = modulesOf(below.keys());
  const named = found.filter((name) => listed.includes(name));
  const modules = named.length > 0 ? named : found.filter((name) => !NOT_INSTALLED.test(name));
  const files = new Map([...below].filter(([path]) => modules.includes(topOf(path))));
  const metadata = String(inside.get("PKG-INFO") ?? inside.get(`${infoFolder}/PKG-INFO`) ?? "");
  const title = filename.replace(/-\d[^-]*$/, "").replaceAll("-", "_");
  if (metadata !== "") files.set(`${title}-${version}.dist-info/METADATA`, Buffer.from(metadata));
  const requires = requiresIn(metadata);
  const older = eggRequires(String(inside.get(`${infoFolder}/requires.txt`) ?? ""));
  return { files, modules, requires: requires.length > 0 ? requires : older };
}

/** A `src` folder whose packages are what is installed. */
function hasSourceFolder(inside: Text): boolean {
  const paths = [...inside.keys()];
  return paths.some((path) => /^src\/[^/]+\/__init__\.py$/.test(path)) && !inside.has("src/__init__.py");
}

/** `requires.txt` of older archives: sections `[extra:marker]` below what is always required. */
function eggRequires(text: string): readonly string[] {
  let section = "";
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name] = /^\[(.*)\]\s*$/.exec(line) ?? [];
    if (name !== undefined) section = name;
    if (name !== undefined || line.trim() === "") return [];
    const [extra = "", marker = ""] = section.split(/:(.*)/);
    const conditions = [...(extra ? [`extra == "${extra}"`] : []), ...(marker ? [`(${marker})`] : [])];
    return [conditions.length > 0 ? `${line} ; ${conditions.join(" and ")}` : line];
  });
}

/** Names that an import can start with. */
function modulesOf(paths: Iterable<string>): readonly string[] {
  const names = new Set<string>();
  for (const path of paths) if (/\.pyi?$/.test(path)) names.add(topOf(path));
  return [...names].filter((name) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)).sort();
}

/** `a` of `a/b.py` and of `a.py`. */
function topOf(path: string): string {
  const [first = ""] = path.split("/");
  return path.includes("/") ? first : first.replace(/\.[^.]*$/, "");
}
