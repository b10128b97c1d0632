/** Files as programs read them: through the host, inside the workspace and the search paths only. */
import type { Interp } from "../../interpret/interp.ts";
import { defineClass } from "../../interpret/native.ts";
import {
  ABSENT,
  Bytes,
  type ClassValue,
  Instance,
  isUnknown,
  List,
  type Value,
} from "../../interpret/values.ts";
import { toInt, toText } from "./core.ts";
import { iterOf } from "./sequences.ts";
import { OBJECT } from "./types/object.ts";

/** What an open file keeps. */
interface OpenFile {
  readonly text: string;
  readonly binary: boolean;
  place: number;
}

function fileOf(value: Value): OpenFile | undefined {
  return value instanceof Instance ? (value.native as OpenFile | undefined) : undefined;
}

function content(file: OpenFile, text: string): Value {
  return file.binary ? new Bytes(text) : text;
}

function readLine(file: OpenFile): string {
  const end = file.text.indexOf("\n", file.place);
  const line = file.text.slice(file.place, end < 0 ? undefined : end + 1);
  file.place += line.length;
  return line;
}

function lines(file: OpenFile | undefined): Value[] {
  const all: Value[] = [];
  if (!file) return all;
  for (let line = readLine(file); line !== ""; line = readLine(file)) all.push(content(file, line));
  return all;
}

export const FILE: ClassValue = defineClass("TextIOWrapper", {
  bases: [OBJECT],
  methods: {
    read: [
      "self, size=-1",
      (a) => {
        const file = fileOf(a.self);
        if (!file) return "";
        const size = toInt(a.size) ?? -1;
        const start = file.place;
        file.place = size < 0 ? file.text.length : Math.min(file.text.length, start + size);
        return content(file, file.text.slice(start, file.place));
      },
    ],
    readline: [
      "self, size=-1",
      (a) => {
        const file = fileOf(a.self);
        return file ? content(file, readLine(file)) : "";
      },
    ],
    readlines: ["self, ?hint=-1", (a) => new List(lines(fileOf(a.self)))],
    __iter__: ["self", (a) => iterOf(lines(fileOf(a.self)))],
    __enter__: ["self", (a) => a.self],
    __exit__: ["self, *args", () => null],
    write: ["self, text", (a) => (typeof a.text === "string" ? a.text.length : 0)],
    writelines: ["self, lines", () => null],
    flush: ["self", () => null],
    close: ["self", () => null],
    seek: [
      "self, offset, ?whence=0",
      (a) => {
        const file = fileOf(a.self);
        if (file) file.place = toInt(a.offset) ?? 0;
        return toInt(a.offset) ?? 0;
      },
    ],
    tell: ["self", (a) => fileOf(a.self)?.place ?? 0],
    readable: ["self", () => true],
    writable: ["self", () => false],
  },
  constants: { closed: false, encoding: "utf-8" },
});

/** A file-like object over text: an open file, `io.StringIO`. */
export function makeFile(interp: Interp, text: string, binary: boolean): Instance {
  const instance = interp.newInstance(FILE);
  const file: OpenFile = { text, binary, place: 0 };
  instance.native = file;
  return instance;
}

/** `os.fspath`: the text of a path or of a path object. */
export function pathText(interp: Interp, value: Value): string | undefined {
  const text = toText(value);
  if (text !== undefined) return text;
  const method = interp.lookup(value, "__fspath__");
  return method === ABSENT ? undefined : toText(interp.call(method));
}

/** Folders a relative path may start from: where the running code lies, then the search paths. */
function candidates(interp: Interp, path: string): readonly string[] {
  if (/^([/\\]|[A-Za-z]:|\w+:\/\/)/.test(path)) return [path];
  const own = interp.site?.at.file;
  const roots = own === undefined ? [] : [own.slice(0, Math.max(0, own.lastIndexOf("/")))];
  return [...roots, ...interp.host.searchPaths].map((root) => joinPath(root, path));
}

/** Joins and normalises with `/`. */
export function joinPath(root: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${root}/${path}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && (part !== "" || parts.length === 0)) parts.push(part);
  }
  return parts.join("/");
}

export function readText(interp: Interp, path: string): string | undefined {
  for (const file of candidates(interp, path)) {
    const text = interp.host.read(file);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The host's name of an existing file or folder. */
export function findPath(
  interp: Interp,
  path: string,
  kind: "file" | "directory" | "any",
): string | undefined {
  return candidates(interp, path).find(
    (file) =>
      (kind !== "directory" && interp.host.isFile(file)) ||
      (kind !== "file" && interp.host.isDirectory(file)),
  );
}

/** `open(file, mode)`. What is written goes nowhere. */
export function openFile(interp: Interp, file: Value, mode: string): Value {
  if (isUnknown(file)) return file;
  const path = pathText(interp, file);
  if (path === undefined) return interp.unknown("the file's name is not known");
  const binary = mode.includes("b");
  if (/[wax]/.test(mode)) return makeFile(interp, "", binary);
  const text = readText(interp, path);
  return text === undefined
    ? interp.fail("FileNotFoundError", `No such file or directory: '${path}'`)
    : makeFile(interp, text, binary);
}
