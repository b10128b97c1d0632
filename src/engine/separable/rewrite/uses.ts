/**
 * Uses of a convolution that no trace comes to: a method for training that reads its weight, a function that sets every
 * bias. They are looked for in the text of the program. PyTorch only: other frameworks
 * have no such ways to a layer.
 */
import type { Place } from "../../contract/report.ts";
import { headAround, placeAt } from "./place.ts";

/** A layer as the program's text may speak of it. */
export interface NamedLayer {
  /** `layer1.0.conv1` */
  readonly name: string;
  readonly bias: boolean;
  /** The class whose code calls it, with its ancestors. */
  readonly owners: ReadonlySet<string>;
}

export interface ProgramText {
  readonly file: string;
  readonly text: string;
  /** The same without what is no code. */
  readonly code: string;
}

export interface Use {
  readonly reason: string;
  readonly at: Place;
}

/** What a convolution has and a `Sequential` has not. */
const READ =
  /([A-Za-z_]\w*(?:\.\w+|\[[^\][\n]*\])*)\.(weight|bias|in_channels|out_channels|kernel_size|stride|padding|dilation|groups|padding_mode)\b(?!\s*\()/g;

/** Where the text reads an attribute of the layer that its separable form has not. */
export function readOf({ name, owners }: NamedLayer, files: readonly ProgramText[]): Use | undefined {
  const parts = name.split(".");
  for (const { file, text, code } of files) {
    for (const { 0: whole, 1: path = "", 2: attribute = "", index } of code.matchAll(READ)) {
      const [root = "", ...rest] = path.replaceAll(/\[([^\]]*)\]/g, ".[$1").split(".");
      const first = parts.length - rest.length;
      const isNamed = rest.every((part, at) => isPart(parts[first + at], part));
      // `settings[i]` is an item of another list, where the name says so.
      const isOwn = rest.some((part) => !part.startsWith("[")) || parts[first - 1] === root;
      if (rest.length === 0 || !isNamed || !isOwn) continue;
      const at = placeAt(text, file, index);
      if (root === "self" && rest.length === 1 && !owners.has(classAround(code, at.line) ?? "")) continue;
      const reason = `${whole} is used at ${lineOf(at)}, and its separable form has no ${attribute}`;
      return { reason, at };
    }
  }
  return undefined;
}

/** Is a part of a layer's name what the text writes: `conv`, `[0]`, or any index where it is no number? */
function isPart(own: string | undefined, written: string): boolean {
  if (own === undefined || !written.startsWith("[")) return own === written;
  const index = written.slice(1).replaceAll(/["']/g, "");
  return own === index || (/^\d+$/.test(own) && !/^\d+$/.test(index));
}

/** The network that a rewrite is of. */
export interface OwnCode {
  readonly file: string;
  /** Its modules' classes, with their ancestors. */
  readonly classes: ReadonlySet<string>;
}

/** Where code that no run was seen of takes every convolution to have a bias: the depthwise one has none. */
export function biasLoop(files: readonly ProgramText[], own: OwnCode): Use | undefined {
  for (const { file, text } of files) {
    const code = withoutWords(text, "comments");
    const lines = code.split("\n");
    for (const [index, line] of lines.entries()) {
      const name =
        OF_CLASS.exec(line)?.slice(1).find(Boolean) ??
        (OF_NAME.test(line) ? MODULE.exec(lines[index + 1] ?? "")?.[1] : undefined);
      if (name === undefined) continue;
      const body = blockAfter(lines, index);
      const unchecked = new RegExp(`(?<![\\w.])${name}\\.bias(?:\\.|\\s*[,)])`);
      const checked = new RegExp(
        `${name}\\.bias\\s*(?:is\\b|:|!=|==|and\\b|or\\b)|hasattr\\(|getattr\\(|bool\\(`,
      );
      if (!body.some((each) => unchecked.test(each)) || [line, ...body].some((each) => checked.test(each)))
        continue;
      const found = body.findIndex((each) => unchecked.test(each));
      const offset = lines.slice(0, index + 1 + found).reduce((sum, each) => sum + each.length + 1, 0);
      const at = placeAt(text, file, offset + (/\S/.exec(body[found] ?? "")?.index ?? 0));
      if (file !== own.file && isOfAnotherModule(code, at.line, own.classes)) continue;
      return {
        reason: `every convolution is taken to have a bias at ${lineOf(at)}, and the depthwise one has none`,
        at,
      };
    }
  }
  return undefined;
}

/** Is the line in a class of modules that the network has none of? What such a class sets is its own. */
function isOfAnotherModule(code: string, line: number, classes: ReadonlySet<string>): boolean {
  const head = headAround(code, line, /^\s*class\b/);
  const [, name, bases = ""] =
    /class\s+(\w+)\s*(?:\(([^)]*)\))?/.exec(code.split("\n")[head ?? -1] ?? "") ?? [];
  return (
    name !== undefined && /(?<!\w)(?:Module(?:List|Dict)?|Sequential)\b/.test(bases) && !classes.has(name)
  );
}

/** `isinstance(m, nn.Conv2d)`, `type(m) is nn.Conv2d`, `m.__class__.__name__ == "Conv2d"` */
const OF_CLASS =
  /\bisinstance\(\s*(\w+)\s*,[^:]*\bConv[123]?d?\b|\btype\(\s*(\w+)\s*\)(?:\.__name__)?\s*(?:==|is\b|in\b)[^:]*\bConv[123]?d?\b|(?<!\w)(\w+)\.__class__(?:\.__name__)?[^:]*\bConv[123]?d?\b/;

/** `classname.find("Conv") != -1`, `"Conv" in classname`, `name == "Conv2d"` */
const OF_NAME =
  /\.(?:find|startswith)\(\s*["']Conv|^\s*(?:el)?if\b.*(?:["']Conv\w*["']\s*(?:in\b|==)|==\s*["']Conv)/;

/** What an initialisation by the class's name changes first. */
const MODULE = /(?<![\w.])(\w+)\.(?:weight|bias)\b/;

/** The lines behind one that are deeper than it. */
function blockAfter(lines: readonly string[], index: number): readonly string[] {
  const depth = (line: string): number => /^\s*/.exec(line)![0].length;
  const own = depth(lines[index] ?? "");
  const rest = lines.slice(index + 1);
  const end = rest.findIndex((line) => line.trim() !== "" && depth(line) <= own);
  return end < 0 ? rest : rest.slice(0, end);
}

function classAround(text: string, line: number): string | undefined {
  const head = headAround(text, line, /^\s*class\b/);
  return head === undefined ? undefined : /class\s+(\w+)/.exec(text.split("\n")[head] ?? "")?.[1];
}

/** `net.py:12` */
function lineOf({ file, line }: Place): string {
  return `${file.slice(file.lastIndexOf("/") + 1)}:${line}`;
}

/**
 * The code alone, at its places: what is no code is blank, comments always and texts where `all` is. The names in
 * `convs["left"]` and what an f-string evaluates are code.
 */
export function withoutWords(text: string, what: "comments" | "all" = "all"): string {
  const blank = (words: string): string => words.replaceAll(/[^\n]/g, " ");
  return text.replaceAll(WORDS, (words, ...[block, quote, at]: [string?, string?, number?]) => {
    if (block === undefined && quote === undefined) return blank(words);
    const before = text.slice(Math.max(0, at! - 3), at);
    const isKey = before.endsWith("[") && /^.\w+.$/.test(words) && text[at! + words.length] === "]";
    return what === "comments" || isKey || /(?<!\w)[rR]?[fF][rR]?$/.test(before) ? words : blank(words);
  });
}

/** A comment, or a text in quotation marks. */
const WORDS = /#[^\n]*|("""|''')[\s\S]*?\1|(["'])(?:\\[\s\S]|(?!\2)[^\\\n])*\2/g;
