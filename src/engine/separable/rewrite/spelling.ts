/**
 * Names as a file spells them: `nn.Conv2d` beside `nn.Sequential`, `Conv2d` beside what the file imports. A name that
 * the file has no way to is imported from where the layer's own name comes.
 */
import { escapePattern, wordPattern } from "../../interpret/patterns/escape.ts";

/** `from torch.nn import Sequential`, to stand in front of this line. */
export interface Import {
  readonly from: string;
  readonly name: string;
  readonly line: number;
}

export interface Names {
  /** Undefined when there is no way to the name. */
  readonly of: (name: string) => string | undefined;
  /** What the names asked for so far need. */
  readonly imports: readonly Import[];
}

interface NamedBy {
  readonly callee: string;
  /** The layer's class: `Conv2d`. */
  readonly type: string;
  readonly source: string;
}

export function torchNames({ callee, type, source }: NamedBy): Names {
  const imports: Import[] = [];
  const prefix = prefixOf(callee);
  const find = (name: string): string | undefined => {
    if (/^(\w+\.)*nn\.$/.test(prefix)) return prefix + name;
    if (importOf(name, source, /^torch\.nn\b/)?.as === name) return name;
    if (/^\s*(import\s+torch\.nn\s+as\s+nn|from\s+torch\s+import\s+(?:.*\W)?nn\b)/m.test(source))
      return `nn.${name}`;
    if (/^[ \t]*import\s+torch(?:\.[\w.]+)?[ \t]*(?:[,;#]|$)/m.test(source)) return `torch.nn.${name}`;
    return prefix === "" ? undefined : prefix + name;
  };
  const of = (name: string): string | undefined => {
    const found = find(name);
    const own = found === undefined ? importOf(type, source, /^torch\.nn\b/) : undefined;
    if (own) imports.push({ from: "torch.nn", name, line: own.line });
    return own ? name : found;
  };
  return { of, imports };
}

const KERAS = /(^|\.)keras\b/;
/** Imports that make `keras` a name of the file: `import keras.backend as K` does not. */
const KERAS_BY_NAME =
  /^\s*(import\s+keras\b(?![\w.]*\s+as\b)|from\s+tensorflow\s+import\s+(?:[^#\n]*\W)?keras\b(?!\s+as\b))/m;

/** Undefined when the callee is no name of the class: a function that gives arguments of its own. */
export function kerasNames({ callee, type, source }: NamedBy): Names | undefined {
  const imports: Import[] = [];
  const prefix = prefixOf(callee);
  const own = importOf(type, source, KERAS);
  const isClass =
    callee.endsWith(type) ||
    own?.as === callee ||
    new RegExp(`^\\s*${escapePattern(callee)}\\s*=\\s*[\\w.]*\\b${escapePattern(type)}\\s*$`, "m").test(
      source,
    );
  if (!isClass) return undefined;
  const module = /^\s*from\s+[\w.]*\bkeras\s+import\s+[^#\n]*\blayers\b/m.test(source)
    ? "layers."
    : KERAS_BY_NAME.test(source)
      ? "keras.layers."
      : /^\s*import\s+tensorflow\s+as\s+tf\b/m.test(source)
        ? "tf.keras.layers."
        : undefined;
  const add = (from: string, name: string): string | undefined => {
    if (own) imports.push({ from, name, line: own.line });
    return own && name;
  };
  const layer = (name: string): string | undefined => {
    if (prefix !== "" && callee.endsWith(type)) return prefix + name;
    if (importOf(name, source, KERAS)?.as === name) return name;
    return module ? module + name : own && add(own.from, name);
  };
  const sequential = (): string | undefined => {
    const root = /^(.*\bkeras\.)layers\.$/.exec(prefix)?.[1];
    if (root !== undefined) return `${root}Sequential`;
    if (importOf("Sequential", source, KERAS)?.as === "Sequential") return "Sequential";
    if (KERAS_BY_NAME.test(source)) return "keras.Sequential";
    if (/^\s*import\s+tensorflow\s+as\s+tf\b/m.test(source)) return "tf.keras.Sequential";
    const home = own ?? importOf("layers", source, KERAS);
    const from = home && /^.*?\bkeras\b/.exec(home.from)?.[0];
    if (home && from !== undefined) imports.push({ from, name: "Sequential", line: home.line });
    return from === undefined ? undefined : "Sequential";
  };
  return { of: (name) => (name === "Sequential" ? sequential() : layer(name)), imports };
}

function prefixOf(callee: string): string {
  return callee.slice(0, callee.lastIndexOf(".") + 1);
}

interface FoundImport {
  readonly from: string;
  readonly as: string;
  readonly line: number;
}

/** Where the file imports a name from a module of the framework, and what it calls it. */
function importOf(name: string, source: string, framework: RegExp): FoundImport | undefined {
  const imported = new RegExp(`${wordPattern(name)}(?:\\s+as\\s+(\\w+))?`);
  for (const match of source.matchAll(/^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n(]*)/gm)) {
    const [, from = "", names = ""] = match;
    const found = framework.test(from) ? imported.exec(names) : null;
    if (found) return { from, as: found[1] ?? name, line: source.slice(0, match.index).split("\n").length };
  }
  return undefined;
}
