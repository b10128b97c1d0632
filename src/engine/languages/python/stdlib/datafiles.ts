/** Modules that find data files: `glob`, and `pkgutil.get_data` for files beside a package's code. */
import type { Interp } from "../../../interpret/interp.ts";
import { type Pattern, patternOf } from "../../../interpret/patterns/pattern.ts";
import { ABSENT, Bytes, isUnknown, List, Tuple, type Value } from "../../../interpret/values.ts";
import { toText } from "../core.ts";
import { findPath, joinPath, pathText, readText } from "../files.ts";
import { items, iterOf } from "../sequences.ts";
import { makeInert, runtimeModule } from "./inertness.ts";
import { namedTuple } from "./namedtuple.ts";
import { type Module, makeModule } from "./table.ts";

/** Folders and files that a search may look at. */
const MAX_VISITS = 20_000;

/** `*` and `?` within one name, `[ab]`; undefined for a pattern that is not valid. */
function namePattern(pattern: string): Pattern | undefined {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return patternOf(source.replaceAll("[!", "[^"), "");
}

/** Paths that match, each as `prefix` and what the host has below it; `**` is any depth. */
function matches(interp: Interp, pattern: string, recursive: boolean): readonly string[] {
  const parts = pattern.split("/");
  const fixed = parts.findIndex((part) => /[*?[]/.test(part));
  if (fixed < 0) return findPath(interp, pattern, "any") === undefined ? [] : [pattern];
  const prefix = parts.slice(0, fixed).join("/");
  const start = findPath(interp, prefix === "" ? (pattern.startsWith("/") ? "/" : ".") : prefix, "directory");
  if (start === undefined) return [];
  const found: string[] = [];
  const tick = (steps: number): void => interp.tick(steps);
  let visits = 0;
  const visit = (folder: string, shown: string, rest: readonly string[]): void => {
    const [head = "", ...tail] = rest;
    if (head === "**" && recursive) visit(folder, shown, tail);
    const wanted = namePattern(head === "**" && recursive ? "*" : head);
    for (const name of interp.host.list(folder)) {
      if (++visits > MAX_VISITS) return;
      if (
        !wanted?.match({ text: name, anchor: "whole", tick }) ||
        (name.startsWith(".") && !head.startsWith("."))
      )
        continue;
      const path = joinPath(folder, name);
      const text = shown === "" ? name : `${shown.replace(/\/$/, "")}/${name}`;
      const isFolder = interp.host.isDirectory(path);
      if (head === "**" && recursive && isFolder) visit(path, text, rest);
      else if (tail.length === 0 && head !== "**") found.push(text);
      else if (tail.length > 0 && head !== "**" && isFolder) visit(path, text, tail);
    }
  };
  visit(start, prefix === "" && pattern.startsWith("/") ? "/" : prefix, parts.slice(fixed));
  return [...new Set(found)].sort();
}

function search(interp: Interp, pathname: Value, recursive: Value): readonly string[] | undefined {
  const pattern = pathText(interp, pathname);
  return pattern === undefined ? undefined : matches(interp, pattern, recursive === true);
}

export const glob = (): Module =>
  makeModule({
    functions: {
      glob: [
        "pathname, *, ?root_dir=None, ?dir_fd=None, recursive=False, ?include_hidden=False",
        (a, interp) => {
          const found = search(interp, a.pathname, a.recursive);
          return found ? new List([...found]) : interp.unknown("the pattern of a glob is not known");
        },
      ],
      iglob: [
        "pathname, *, ?root_dir=None, ?dir_fd=None, recursive=False, ?include_hidden=False",
        (a, interp) => iterOf([...(search(interp, a.pathname, a.recursive) ?? [])]),
      ],
      escape: ["pathname", (a) => a.pathname],
    },
  });

const MODULE_INFO = namedTuple(
  "ModuleInfo",
  ["module_finder", "name", "ispkg"].map((name) => ({ name, fallback: ABSENT })),
);

/** Modules and packages of folders by their names, as an iterator; those below packages too when it walks. */
function modulesIn(interp: Interp, path: Value, prefix: string, walks: boolean): Value {
  const folders = isUnknown(path) || path === null ? path : items(interp, path);
  if (isUnknown(folders)) return folders;
  if (folders === null) return interp.unknown("which modules there are at all is not followed");
  const found: Value[] = [];
  let visits = 0;
  const visit = (folder: string, before: string): void => {
    for (const name of [...interp.host.list(folder)].sort()) {
      if (++visits > MAX_VISITS) return;
      const isPackage = interp.host.isFile(joinPath(joinPath(folder, name), "__init__.py"));
      const module = isPackage ? name : /^(\w+)\.py$/.exec(name)?.[1];
      if (module === undefined || module === "__init__") continue;
      const info = new Tuple([makeInert(), before + module, isPackage]);
      info.cls = MODULE_INFO;
      found.push(info);
      if (isPackage && walks) visit(joinPath(folder, name), `${before}${module}.`);
    }
  };
  for (const folder of folders) if (typeof folder === "string") visit(folder, prefix);
  interp.tick(visits);
  return iterOf(found);
}

export const pkgutil = (): Module =>
  runtimeModule("pkgutil", [
    ...makeModule({
      functions: {
        iter_modules: [
          "path=None, prefix=''",
          (a, interp) => modulesIn(interp, a.path, toText(a.prefix) ?? "", false),
        ],
        walk_packages: [
          "path=None, prefix='', onerror=None",
          (a, interp) => modulesIn(interp, a.path, toText(a.prefix) ?? "", true),
        ],
        get_data: [
          "package, resource",
          (a, interp) => {
            const resource = toText(a.resource);
            if (resource === undefined) return interp.unknown("the name of a resource is not known");
            const text = readText(interp, resource);
            if (text === undefined)
              return interp.fail("FileNotFoundError", `No such file or directory: '${resource}'`);
            return new Bytes(text);
          },
        ],
      },
    }),
  ]);
