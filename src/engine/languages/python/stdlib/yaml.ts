/** `yaml` (PyYAML): the npm parser reads the structure, plain scalars are resolved by YAML 1.1 as PyYAML does. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  parseDocument,
  type Scalar,
} from "yaml";
import type { Interp } from "../../../interpret/interp.ts";
import { defineClass } from "../../../interpret/native.ts";
import { ABSENT, Dict, Float, isUnknown, List, Tuple, type Value } from "../../../interpret/values.ts";
import { toText } from "../core.ts";
import { iterOf } from "../sequences.ts";
import { exceptionClass } from "../types/exceptions.ts";
import { OBJECT } from "../types/object.ts";
import { inert, type Module, makeModule } from "./table.ts";

const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const TRUE = /^(?:yes|true|on)$/i;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INT = /^[-+]?(?:0b[0-1_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$/;
/** PyYAML wants a dot in a float: `1e-3` is text. */
const FLOAT =
  /^[-+]?(?:(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF))$|^\.(?:nan|NaN|NAN)$/;

function plainScalar(text: string): Value {
  if (NULL.test(text)) return null;
  if (BOOL.test(text)) return TRUE.test(text);
  const body = text.replaceAll("_", "");
  if (INT.test(text)) {
    const digits = body.replace(/^[-+]/, "");
    const size = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
    return body.startsWith("-") ? -size : size;
  }
  if (FLOAT.test(text)) {
    if (/nan$/i.test(body)) return new Float(Number.NaN);
    if (/inf$/i.test(body)) return new Float(body.startsWith("-") ? -Infinity : Infinity);
    return new Float(Number(body));
  }
  return text;
}

function scalar(node: Scalar): Value {
  const text = node.source ?? String(node.value ?? "");
  if (node.tag === "tag:yaml.org,2002:str") return text;
  return node.type === "PLAIN" ? plainScalar(text) : String(node.value ?? "");
}

class Builder {
  private readonly made = new Map<unknown, Value>();
  constructor(
    private readonly interp: Interp,
    private readonly document: Document,
  ) {}

  build(node: unknown): Value {
    if (node === null || node === undefined) return null;
    if (isAlias(node)) {
      const target = node.resolve(this.document);
      return this.made.get(target) ?? this.build(target);
    }
    if (isScalar(node)) return scalar(node);
    if (isSeq(node)) {
      const list = new List([]);
      this.made.set(node, list);
      list.items = node.items.map((item) => this.build(item));
      return node.tag?.endsWith("python/tuple") ? new Tuple(list.items) : list;
    }
    return isMap(node) ? this.map(node) : null;
  }

  private map(node: {
    readonly items: readonly { readonly key: unknown; readonly value: unknown }[];
  }): Value {
    const dict = new Dict();
    this.made.set(node, dict);
    const merged: Value[] = [];
    for (const { key, value } of node.items) {
      const name = this.build(key);
      if (name === "<<") merged.push(this.build(value));
      else this.interp.dictSet(dict, name, this.build(value));
    }
    for (const source of merged.flatMap((value) => (value instanceof List ? value.items : [value]))) {
      if (!(source instanceof Dict)) continue;
      for (const [hash, entry] of source.entries)
        if (!dict.entries.has(hash)) dict.entries.set(hash, { ...entry });
    }
    return dict;
  }
}

const OPTIONS = { schema: "failsafe", merge: false, logLevel: "silent", uniqueKeys: false } as const;

function textOf(interp: Interp, stream: Value): string | undefined {
  const text = toText(stream);
  if (text !== undefined) return text;
  const read = isUnknown(stream) ? ABSENT : interp.lookup(stream, "read");
  return read === ABSENT ? undefined : toText(interp.call(read));
}

function load(interp: Interp, stream: Value): Value {
  if (isUnknown(stream)) return stream;
  const text = textOf(interp, stream);
  if (text === undefined) return interp.unknown("the YAML text is not known");
  interp.tick(text.length << 2);
  const document = parseDocument(text, OPTIONS);
  if (document.errors.length > 0)
    return interp.fail("ValueError", `YAML: ${document.errors[0]?.message.split("\n")[0]}`);
  return new Builder(interp, document).build(document.contents);
}

function loadAll(interp: Interp, stream: Value): Value {
  if (isUnknown(stream)) return stream;
  const text = textOf(interp, stream) ?? "";
  interp.tick(text.length << 2);
  const documents = parseAllDocuments(text, OPTIONS);
  return iterOf(
    Array.isArray(documents)
      ? documents.map((document) => new Builder(interp, document as Document).build(document.contents))
      : [],
  );
}

export const yaml = (): Module => {
  const loader = (name: string) => [name, defineClass(name, { bases: [OBJECT] })] as const;
  return makeModule({
    values: {
      YAMLError: exceptionClass("ValueError"),
      ...Object.fromEntries(
        [
          "Loader",
          "SafeLoader",
          "FullLoader",
          "UnsafeLoader",
          "CLoader",
          "CSafeLoader",
          "Dumper",
          "SafeDumper",
        ].map(loader),
      ),
      add_constructor: inert("add_constructor"),
      add_representer: inert("add_representer"),
    },
    functions: {
      load: ["stream, Loader=None", (a, interp) => load(interp, a.stream)],
      safe_load: ["stream", (a, interp) => load(interp, a.stream)],
      full_load: ["stream", (a, interp) => load(interp, a.stream)],
      unsafe_load: ["stream", (a, interp) => load(interp, a.stream)],
      load_all: ["stream, Loader=None", (a, interp) => loadAll(interp, a.stream)],
      safe_load_all: ["stream", (a, interp) => loadAll(interp, a.stream)],
      dump: ["data, stream=None, **kwargs", (_, interp) => interp.unknown("yaml.dump is not followed")],
      safe_dump: ["data, stream=None, **kwargs", (_, interp) => interp.unknown("yaml.dump is not followed")],
    },
  });
};
