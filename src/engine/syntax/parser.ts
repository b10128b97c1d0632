/**
 * The one way into syntax: text in, model AST out. Wraps tree-sitter, keeps the last tree of the
 * files in work for incremental parsing, and picks the language by the file's extension.
 */
import { Edit, Language as Grammar, Parser, type Tree } from "web-tree-sitter";
import { entryOf } from "../base/table.ts";
import type { Arg, Expr, Language, ModuleNode } from "./ast.ts";
import { blankDeep } from "./deepBrackets.ts";
import { Pieces } from "./pieces.ts";
import { blankComments } from "./python/comments.ts";
import { hasTooManyContinuations } from "./python/continuations.ts";
import { readLines } from "./python/layout.ts";
import { lowerPython } from "./python/module.ts";
import { NOWHERE } from "./span.ts";
import type { ParsePiece } from "./tree.ts";
import { blankTypes } from "./typescript/blank.ts";
import { readCodeLines } from "./typescript/layout.ts";
import { lowerTypeScript } from "./typescript/module.ts";

/** Gives the bytes of one WebAssembly file; the engine reads none itself. */
export type WasmLoader = () => Promise<Uint8Array> | Uint8Array;

export interface ParserWasm {
  /** tree-sitter's own runtime; without it the library looks for the file beside its script. */
  readonly runtimeWasm?: WasmLoader;
  readonly python: WasmLoader;
  readonly typescript: WasmLoader;
  /** Also reads JavaScript and JSX. */
  readonly tsx: WasmLoader;
}

export interface Parsers {
  /**
   * Never throws on broken text: see `ModuleNode.errors`. `before` is the file's module of an earlier text, given up
   * by the caller: top-level statements that stand in both are taken out of it and moved to their new lines.
   */
  parse(file: string, text: string, before?: ModuleNode): ModuleNode;
  /** One expression by itself, such as a setting's value. */
  parseExpression(language: Language, text: string): Expr;
  /** The inside of a call's parentheses: `width_mult=0.5, 'resnet18'`. */
  parseArguments(language: Language, text: string): readonly Arg[];
  /** Frees the parsers and all kept trees. */
  dispose(): void;
}

type GrammarName = "python" | "typescript" | "tsx" | "javascript";

const GRAMMAR_BY_EXTENSION: Readonly<Record<string, GrammarName>> = {
  py: "python",
  pyi: "python",
  ipynb: "python",
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  tsx: "tsx",
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  cjs: "javascript",
};

/** What a text goes through before it is parsed; offsets stay, and lowering reads the text as written. */
const PREPARED: Readonly<Record<GrammarName, (text: string) => string>> = {
  python: (text) => blankComments(blankDeep(text, readLines)),
  typescript: (text) => blankTypes(blankDeep(text, readCodeLines)),
  tsx: (text) => blankTypes(blankDeep(text, readCodeLines)),
  javascript: (text) => blankDeep(text, readCodeLines),
};

/** Undefined for files that are no model code. */
export function languageOf(file: string): Language | undefined {
  const grammar = entryOf(GRAMMAR_BY_EXTENSION, extensionOf(file));
  return grammar && (grammar === "python" ? "python" : "typescript");
}

function extensionOf(file: string): string {
  return file.slice(file.lastIndexOf(".") + 1).toLowerCase();
}

export async function createParsers(wasm: ParserWasm): Promise<Parsers> {
  const runtime = await wasm.runtimeWasm?.();
  await Parser.init(runtime ? { wasmBinary: exactBuffer(runtime) } : undefined);
  const load = async (name: "python" | "typescript" | "tsx") => {
    const parser = new Parser();
    parser.setLanguage(await Grammar.load(await wasm[name]()));
    return parser;
  };
  const tsx = await load("tsx");
  return new TreeSitterParsers({
    python: await load("python"),
    typescript: await load("typescript"),
    tsx,
    javascript: tsx,
  });
}

function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** Trees are kept for this many files; the one longest unused goes first. */
const KEPT_TREES = 16;

/**
 * The parser looks up once in a hundred of its steps: a text that takes it more is data, not code. Some 4 MB of
 * ordinary code take so many, or a list of 400,000 numbers; a tree of more would take a gigabyte.
 */
const MOST_LOOKS = 40_000;
const TOO_MUCH_SYNTAX = `takes more than ${(MOST_LOOKS * 100).toLocaleString("en")} steps to parse, the most for one file`;

class TooMuchSyntax extends Error {}

interface KeptTree {
  readonly text: string;
  readonly tree: Tree;
}

class TreeSitterParsers implements Parsers {
  private readonly kept = new Map<string, KeptTree>();
  private readonly pieces = new Pieces();
  /** How often the parser has looked up from its work since one text began. */
  private looks = 0;

  constructor(private readonly parsers: Readonly<Record<GrammarName, Parser>>) {}

  parse(file: string, text: string, before?: ModuleNode): ModuleNode {
    const grammar = entryOf(GRAMMAR_BY_EXTENSION, extensionOf(file)) ?? "python";
    const source = PREPARED[grammar](text);
    this.looks = 0;
    try {
      if (grammar === "python" && hasTooManyContinuations(text)) throw new TooMuchSyntax();
      const tree = this.treeOf(file, source, this.parsers[grammar]);
      return this.lower(grammar, file, text, tree.rootNode, before);
    } catch (error) {
      if (!(error instanceof TooMuchSyntax)) throw error;
      this.kept.get(file)?.tree.delete();
      this.kept.delete(file);
      const language = grammar === "python" ? "python" : "typescript";
      return { language, file, body: [], directives: [], errors: [], unread: TOO_MUCH_SYNTAX };
    }
  }

  private treeOf(file: string, source: string, parser: Parser): Tree {
    const kept = this.kept.get(file);
    if (kept && kept.text !== source) kept.tree.edit(editBetween(kept.text, source));
    const tree = kept?.text === source ? kept.tree : this.read(parser, source, kept?.tree);
    if (kept && kept.tree !== tree) kept.tree.delete();
    this.keep(file, { text: source, tree });
    return tree;
  }

  private read(parser: Parser, text: string, previous?: Tree): Tree {
    const tooMuch = (): boolean => ++this.looks > MOST_LOOKS;
    const tree = parser.parse(text, previous, { progressCallback: tooMuch });
    if (tree) return tree;
    // The parser would go on where it was stopped.
    parser.reset();
    throw new TooMuchSyntax();
  }

  private withTree<T>(parser: Parser, text: string, read: (root: Tree["rootNode"]) => T): T {
    const tree = this.read(parser, text);
    try {
      return read(tree.rootNode);
    } finally {
      tree.delete();
    }
  }

  private lower(
    grammar: GrammarName,
    file: string,
    text: string,
    root: Tree["rootNode"],
    before?: ModuleNode,
  ): ModuleNode {
    const parsePiece: ParsePiece = (piece, read) =>
      this.withTree(this.parsers[grammar], PREPARED[grammar](piece), read);
    const lower = grammar === "python" ? lowerPython : lowerTypeScript;
    return lower(file, text, root, parsePiece, this.pieces.begin(before));
  }

  parseExpression(language: Language, text: string): Expr {
    const [arg] = this.parseArguments(language, text);
    return arg?.value ?? { kind: "hole", reason: "empty expression", at: NOWHERE };
  }

  parseArguments(language: Language, text: string): readonly Arg[] {
    const grammar = language === "python" ? "python" : "javascript";
    const call = `f(${text}\n)`;
    const statement = this.statementOf(grammar, call);
    if (statement?.kind === "expr" && statement.value.kind === "call") return statement.value.args;
    // Not none at all: a call without arguments would give the figures of another network.
    const reason = "the arguments are not understood";
    return [{ kind: "positional", value: { kind: "hole", reason, at: NOWHERE } }];
  }

  /** Undefined where there is none or more than one, where it has errors, or where it is more than is read. */
  private statementOf(grammar: GrammarName, text: string): ModuleNode["body"][number] | undefined {
    this.looks = 0;
    try {
      const lower = (root: Tree["rootNode"]) =>
        root.hasError ? [] : this.lower(grammar, "<arguments>", text, root).body;
      const body = this.withTree(this.parsers[grammar], text, lower);
      return body.length === 1 ? body[0] : undefined;
    } catch (error) {
      if (error instanceof TooMuchSyntax) return undefined;
      throw error;
    }
  }

  dispose(): void {
    for (const { tree } of this.kept.values()) tree.delete();
    this.kept.clear();
    for (const parser of new Set(Object.values(this.parsers))) parser.delete();
  }

  private keep(file: string, entry: KeptTree): void {
    this.kept.delete(file);
    this.kept.set(file, entry);
    if (this.kept.size <= KEPT_TREES) return;
    const [oldest] = this.kept;
    if (!oldest) return;
    oldest[1].tree.delete();
    this.kept.delete(oldest[0]);
  }
}

/** The one edit that turns `before` into `after`: all between their common start and end. */
function editBetween(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let common = 0;
  while (
    common < shorter - start &&
    before.charCodeAt(before.length - 1 - common) === after.charCodeAt(after.length - 1 - common)
  )
    common++;
  const oldEndIndex = before.length - common;
  const newEndIndex = after.length - common;
  return new Edit({
    startIndex: start,
    oldEndIndex,
    newEndIndex,
    startPosition: pointAt(before, start),
    oldEndPosition: pointAt(before, oldEndIndex),
    newEndPosition: pointAt(after, newEndIndex),
  });
}

function pointAt(text: string, index: number): { row: number; column: number } {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: index - lineStart };
}
