/** `os`, `os.path` and `pathlib`: paths are text; what exists is asked of the host. */
import type { Interp } from "../../../interpret/interp.ts";
import { noteWalked } from "../../../interpret/leaves.ts";
import { type Bound, defineClass } from "../../../interpret/native.ts";
import { type Pattern, patternOf } from "../../../interpret/patterns/pattern.ts";
import {
  type ClassValue,
  Dict,
  Instance,
  isUnknown,
  List,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { strict, toText } from "../core.ts";
import { findPath, openFile, pathText, readText } from "../files.ts";
import { iterOf } from "../sequences.ts";
import { DICT } from "../types/dict.ts";
import { exceptionClass } from "../types/exceptions.ts";
import { argsOf, OBJECT } from "../types/object.ts";
import { runtimeModule } from "./inertness.ts";
import { type Entry, inert, type Module, makeModule } from "./table.ts";

function join(parts: readonly string[]): string {
  let joined: string[] = [];
  let last = "";
  for (const part of parts) {
    if (part.startsWith("/") || last === "") joined = [part];
    else joined.push(last === "/" ? part : `/${part}`);
    last = part.at(-1) ?? (last === "" ? "" : "/");
  }
  return joined.join("");
}

function normalize(path: string): string {
  const isAbsolute = path.startsWith("/");
  const parts: string[] = [];
  noteWalked(path.length >> 4);
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !isAbsolute) parts.push(part);
  }
  return (isAbsolute ? "/" : "") + parts.join("/") || ".";
}

function split(path: string): readonly [string, string] {
  const at = path.lastIndexOf("/") + 1;
  let end = at;
  while (path[end - 1] === "/") end--;
  // The root stays as it is.
  return [path.slice(0, end || at), path.slice(at)];
}

function splitExtension(path: string): readonly [string, string] {
  const dot = path.lastIndexOf(".");
  let start = path.lastIndexOf("/") + 1;
  // Dots in front are part of the name.
  while (start < dot && path[start] === ".") start++;
  return start < dot ? [path.slice(0, dot), path.slice(dot)] : [path, ""];
}

/** Where relative paths start: the folder of the running file, as far as it is known. */
function workingFolder(interp: Interp): string {
  const file = interp.site?.at.file ?? "";
  return file.slice(0, Math.max(0, file.lastIndexOf("/"))) || (interp.host.searchPaths[0] ?? "/");
}

function absolute(interp: Interp, path: string): string {
  return normalize(path.startsWith("/") ? path : `${workingFolder(interp)}/${path}`);
}

function relative(path: string, start: string): string {
  const [to, from] = [path, start].map((text) =>
    text.split("/").filter((part) => part !== "" && part !== "."),
  );
  if (!to || !from) return path;
  let shared = 0;
  while (shared < Math.min(to.length, from.length) && to[shared] === from[shared]) shared++;
  return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/") || ".";
}

type PathRule = (path: string, interp: Interp, a: Bound) => Value;

/** A function of a path; a path that is not known gives an unknown answer. */
function ofPath(rule: PathRule, more = ""): Entry {
  return [
    `path${more}`,
    strict((a, interp) => {
      const path = pathText(interp, a.path);
      return path === undefined
        ? interp.fail("TypeError", "expected str, bytes or os.PathLike object")
        : rule(path, interp, a);
    }),
  ];
}

function exists(path: string, interp: Interp, kind: "any" | "file" | "directory" = "any"): boolean {
  const isThere = findPath(interp, path, kind) !== undefined;
  interp.assume("branch", `'${path}' ${isThere ? "is" : "is not"} there, as in this workspace`);
  return isThere;
}

const PATH_FUNCTIONS: Readonly<Record<string, Entry>> = {
  join: [
    "*parts",
    strict((a, interp) => {
      const parts = argsOf(a.parts).map((part) => pathText(interp, part));
      return parts.every((part) => part !== undefined)
        ? join(parts)
        : interp.fail("TypeError", "expected str");
    }),
  ],
  dirname: ofPath((path) => split(path)[0]),
  basename: ofPath((path) => split(path)[1]),
  split: ofPath((path) => new Tuple(split(path))),
  splitext: ofPath((path) => new Tuple(splitExtension(path))),
  splitdrive: ofPath((path) => new Tuple(["", path])),
  normpath: ofPath(normalize),
  normcase: ofPath((path) => path),
  abspath: ofPath((path, interp) => absolute(interp, path)),
  realpath: ofPath((path, interp) => absolute(interp, path)),
  expanduser: ofPath((path) => path.replace(/^~(?=\/|$)/, "/home/user")),
  expandvars: ofPath((path) => path),
  relpath: ofPath(
    (path, interp, a) => relative(absolute(interp, path), absolute(interp, pathText(interp, a.start) ?? ".")),
    ", start='.'",
  ),
  exists: ofPath((path, interp) => exists(path, interp)),
  lexists: ofPath((path, interp) => exists(path, interp)),
  isfile: ofPath((path, interp) => exists(path, interp, "file")),
  isdir: ofPath((path, interp) => exists(path, interp, "directory")),
  isabs: ofPath((path) => path.startsWith("/")),
  islink: ofPath(() => false),
  getsize: ofPath((path, interp) => readText(interp, path)?.length ?? interp.fail("FileNotFoundError", path)),
  getmtime: ofPath((_, interp) => interp.unknown("file times are decided at run time")),
  commonprefix: ["list", (_, interp) => interp.unknown("os.path.commonprefix is not followed")],
};

export const osPath = (): Module =>
  makeModule({
    values: { sep: "/", pardir: "..", curdir: ".", extsep: ".", pathsep: ":" },
    functions: PATH_FUNCTIONS,
  });

/** The environment of a plain run: empty, so that defaults hold. */
const ENVIRON: ClassValue = defineClass("_Environ", { bases: [DICT] });

function listFolder(path: string, interp: Interp): Value {
  const folder = findPath(interp, path, "directory");
  // Data may be elsewhere, or come later: that it is not here does not say that the program finds none.
  if (folder === undefined) return interp.unknown(`there is no folder '${path}' here`);
  return new List([...interp.host.list(folder)].sort());
}

export const os = (): Module => {
  const environ = new Dict();
  environ.cls = ENVIRON;
  const known = makeModule({
    values: {
      environ,
      sep: "/",
      linesep: "\n",
      pathsep: ":",
      curdir: ".",
      pardir: "..",
      devnull: "/dev/null",
      name: "posix",
      error: exceptionClass("OSError"),
      PathLike: defineClass("PathLike", { bases: [OBJECT] }),
    },
    functions: {
      getenv: [
        "key, default=None",
        (a) => (typeof a.key === "string" ? (environ.entries.get(a.key)?.value ?? a.default) : a.default),
      ],
      getcwd: ["", (_, interp) => workingFolder(interp)],
      listdir: ofPath(listFolder, "='.'"),
      cpu_count: ["", () => 1],
      fspath: ["path", (a, interp) => (isUnknown(a.path) ? a.path : pathText(interp, a.path))],
    },
  });
  for (const name of [
    "makedirs",
    "mkdir",
    "remove",
    "unlink",
    "rename",
    "replace",
    "rmdir",
    "chdir",
    "putenv",
    "system",
    "chmod",
    "_exit",
  ]) {
    known.set(name, inert(name));
  }
  const open = runtimeModule("os", known);
  const has = open.has.bind(open);
  // `os.path` is a module of its own.
  open.has = (name) => name !== "path" && has(name);
  return open;
};

// ----------------------------------------------------------------- pathlib

function textOf(value: Value): string {
  return value instanceof Instance && typeof value.native === "string" ? value.native : (toText(value) ?? "");
}

function makePath(interp: Interp, text: string): Instance {
  const path = interp.newInstance(PATH);
  interp.tick(text.length >> 4);
  path.native = normalize(text);
  return path;
}

const name = (path: string): string => split(path)[1];
const parent = (path: string): string => split(path)[0] || (path.startsWith("/") ? "/" : ".");

/** The pattern of `glob`: `*` and `?` within one name. */
function globPattern(pattern: string): Pattern | undefined {
  const body = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return patternOf(body, "");
}

function children(interp: Interp, path: string, isChosen: (name: string) => boolean = () => true): Value {
  const folder = findPath(interp, path, "directory");
  const names = folder === undefined ? [] : [...interp.host.list(folder)].sort();
  const chosen = names.filter(isChosen);
  return iterOf(chosen.map((child) => makePath(interp, `${path}/${child}`)));
}

const self = (a: Bound): string => textOf(a.self);

export const PATH: ClassValue = defineClass("PosixPath", {
  bases: [OBJECT],
  qualname: "pathlib.PosixPath",
  native: {
    layer: false,
    create: (interp, cls, args) => {
      const unknown = args.find(isUnknown);
      if (isUnknown(unknown)) return unknown;
      const path = interp.newInstance(cls);
      path.native = normalize(join(args.map((part) => pathText(interp, part) ?? "")));
      return path;
    },
  },
  methods: {
    __str__: ["self", self],
    __repr__: ["self", (a) => `PosixPath('${self(a)}')`],
    __fspath__: ["self", self],
    __truediv__: ["self, other", strict((a, interp) => makePath(interp, join([self(a), textOf(a.other)])))],
    __rtruediv__: ["self, other", strict((a, interp) => makePath(interp, join([textOf(a.other), self(a)])))],
    __eq__: [
      "self, other",
      (a) => a.other instanceof Instance && a.other.cls === PATH && self(a) === textOf(a.other),
    ],
    __lt__: ["self, other", (a) => self(a) < textOf(a.other)],
    __hash__: ["self", self],
    joinpath: [
      "self, *parts",
      strict((a, interp) => makePath(interp, join([self(a), ...argsOf(a.parts).map(textOf)]))),
    ],
    exists: ["self", (a, interp) => exists(self(a), interp)],
    is_file: ["self", (a, interp) => exists(self(a), interp, "file")],
    is_dir: ["self", (a, interp) => exists(self(a), interp, "directory")],
    is_absolute: ["self", (a) => self(a).startsWith("/")],
    read_text: [
      "self, encoding=None, errors=None",
      (a, interp) =>
        readText(interp, self(a)) ??
        interp.fail("FileNotFoundError", `No such file or directory: '${self(a)}'`),
    ],
    open: [
      "self, mode='r', *args, **kwargs",
      (a, interp) => openFile(interp, self(a), toText(a.mode) ?? "r"),
    ],
    resolve: ["self, strict=False", (a, interp) => makePath(interp, absolute(interp, self(a)))],
    absolute: ["self", (a, interp) => makePath(interp, absolute(interp, self(a)))],
    expanduser: ["self", (a) => a.self],
    as_posix: ["self", self],
    with_suffix: [
      "self, suffix",
      (a, interp) => makePath(interp, splitExtension(self(a))[0] + String(a.suffix)),
    ],
    with_name: ["self, name", (a, interp) => makePath(interp, join([parent(self(a)), String(a.name)]))],
    with_stem: [
      "self, stem",
      (a, interp) =>
        makePath(interp, join([parent(self(a)), String(a.stem) + splitExtension(name(self(a)))[1]])),
    ],
    relative_to: ["self, other", (a, interp) => makePath(interp, relative(self(a), textOf(a.other)))],
    iterdir: ["self", (a, interp) => children(interp, self(a))],
    glob: [
      "self, pattern",
      (a, interp) => {
        const pattern = globPattern(String(a.pattern));
        const tick = (steps: number): void => interp.tick(steps);
        return children(interp, self(a), (name) => !!pattern?.match({ text: name, anchor: "whole", tick }));
      },
    ],
    mkdir: ["self, *args, **kwargs", () => null],
    touch: ["self, *args, **kwargs", () => null],
    unlink: ["self, *args, **kwargs", () => null],
    write_text: ["self, *args, **kwargs", () => null],
    stat: ["self", (_, interp) => interp.unknown("file times are decided at run time")],
  },
  properties: {
    name: (a) => name(self(a)),
    stem: (a) => splitExtension(name(self(a)))[0],
    suffix: (a) => splitExtension(name(self(a)))[1],
    suffixes: (a) => new List(name(self(a)).match(/(?<!^)\.[^.]+/g) ?? []),
    parent: (a, interp) => makePath(interp, parent(self(a))),
    parents: (a, interp) => {
      const all: Value[] = [];
      for (let path = self(a); parent(path) !== path && path !== "."; path = parent(path))
        all.push(makePath(interp, parent(path)));
      return new Tuple(all);
    },
    parts: (a) =>
      new Tuple([...(self(a).startsWith("/") ? ["/"] : []), ...self(a).split("/").filter(Boolean)]),
    root: (a) => (self(a).startsWith("/") ? "/" : ""),
  },
  classMethods: {
    cwd: ["cls", (_, interp) => makePath(interp, workingFolder(interp))],
    home: ["cls", (_, interp) => makePath(interp, "/home/user")],
  },
});

export const pathlib = (): Module =>
  new Map(
    ["Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath"].map((each) => [each, PATH] as const),
  );
