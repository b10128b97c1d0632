/**
 * Lowers Python that does not parse. The parser alone may lose a whole class to one missing
 * bracket, so the text is cut along its layout (top-level statements, then the bodies of broken
 * ones, down to single statements), each piece is parsed by itself, and damage stays in its piece.
 */
import { entryOf } from "../../base/table.ts";
import type { Stmt } from "../ast.ts";
import type { Span } from "../span.ts";
import {
  Lowering,
  MAX_DEPTH,
  type ModuleState,
  NESTED_TOO_DEEPLY,
  type ParsePiece,
  UNREADABLE,
  widthsOf,
} from "../tree.ts";
import { COMPOUND, isCloser, type Line, readLines } from "./layout.ts";
import { repairBrackets } from "./repair.ts";
import { lowerStatements, statementNodes } from "./statements.ts";

export function recoverModule(state: ModuleState, text: string, parsePiece: ParsePiece): Stmt[] {
  state.widths = widthsOf(text);
  const recovery = new Recovery(state, text, readLines(text), parsePiece);
  return recovery.block({ from: 0, to: recovery.lines.length });
}

/** Lines `from` to before `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** A header with the block under it; a compound statement is one or more of them (`if`, `else`). */
interface Section {
  readonly header: Range;
  readonly body: Range;
  /** First line of code in the body. */
  readonly bodyStart: number;
}

/** Clauses that go on with the statement above them. */
const CLAUSE = /^\s*(?:else|elif|except|finally)\b/;
const DECORATOR = /^\s*@/;
const HEADER = /^(\s*)(?:async\s+)?(def|class|if|elif|else|for|while|with|try|except|finally)\b(?:\s+(\w+))?/;

/** Are more brackets open at once than are read? Brackets in texts count too: no text has so many. */
function opensDeeply(text: string): boolean {
  let depth = 0;
  for (const char of text) {
    if (char === "(" || char === "[" || char === "{") depth++;
    else if (isCloser(char)) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

class Recovery {
  /** How many blocks are open, each inside of the one before. */
  private depth = 0;

  constructor(
    private readonly state: ModuleState,
    private readonly text: string,
    readonly lines: readonly Line[],
    private readonly parsePiece: ParsePiece,
  ) {}

  /** Lowers the statements of one block, piece by piece. */
  block(range: Range): Stmt[] {
    if (this.depth >= MAX_DEPTH) return [this.broken(range, NESTED_TOO_DEEPLY)];
    this.depth++;
    const statements = this.split(range).flatMap((piece) => this.piece(piece));
    this.depth--;
    return statements;
  }

  /** Are more lines indented, each deeper than the one before, than are read? */
  private indentsDeeply({ from, to }: Range): boolean {
    const open: number[] = [];
    for (let index = from; index < to; index++) {
      const line = this.lines[index];
      if (!line?.startsStatement) continue;
      while (line.indent <= (open.at(-1) ?? -1)) open.pop();
      open.push(line.indent);
      if (open.length + this.depth > MAX_DEPTH) return true;
    }
    return false;
  }

  private split(range: Range): Range[] {
    const starts: number[] = [];
    let indent = Number.POSITIVE_INFINITY;
    let afterDecorator = false;
    for (let index = range.from; index < range.to; index++) {
      const line = this.lines[index];
      if (!line?.startsStatement || (starts.length > 0 && line.indent > indent)) continue;
      const code = this.text.slice(line.start, line.end);
      if (starts.length === 0) indent = line.indent;
      if (!afterDecorator && (starts.length === 0 || !CLAUSE.test(code))) starts.push(index);
      afterDecorator = DECORATOR.test(code);
    }
    return starts.map((from, index) => ({ from, to: starts[index + 1] ?? range.to }));
  }

  private piece(range: Range): Stmt[] {
    // Parsing and repairing what stays open costs the square of its depth.
    const indentsDeeply = this.isCompound(range) && this.indentsDeeply(range);
    const text = indentsDeeply ? "" : this.textOf(range);
    if (opensDeeply(text)) return [this.broken(range, NESTED_TOO_DEEPLY)];
    const whole = indentsDeeply ? undefined : this.lowerIfSound(text, range.from);
    if (whole) return whole;
    const sections = this.isCompound(range) ? this.sections(range) : [];
    return sections.length > 0 ? this.compound(range, sections) : this.simple(range, text);
  }

  private textOf({ from, to }: Range): string {
    return this.text.slice(this.lines[from]?.start, this.lines[to - 1]?.end);
  }

  private lowerIfSound(text: string, linesAbove: number, bodies?: Lowering["bodies"]): Stmt[] | undefined {
    return this.parsePiece(text, (root) =>
      root.hasError
        ? undefined
        : lowerStatements(statementNodes(root), new Lowering(this.state, text, linesAbove, bodies)),
    );
  }

  // ------------------------------------------------------- compound statements

  /** A statement with deeper lines under it is no compound one by that alone: an opener may be missing. */
  private isCompound(range: Range): boolean {
    const line = this.lines[range.from];
    const code = line ? this.text.slice(line.start, line.codeEnd).trimStart() : "";
    return DECORATOR.test(code) || COMPOUND.test(code);
  }

  private sections(range: Range): Section[] {
    const base = this.lines[range.from]?.indent ?? 0;
    const sections: Section[] = [];
    let from = range.from;
    while (from < range.to) {
      const bodyStart = this.findLine(
        { from: from + 1, to: range.to },
        (line) => line.startsStatement && line.indent > base,
      );
      const next = this.findLine(
        { from: from + 1, to: range.to },
        (line) => line.startsStatement && line.indent <= base,
      );
      if (bodyStart > next) {
        // A decorator or a one-line clause: part of the next header.
        from = next;
        continue;
      }
      if (bodyStart === range.to) break;
      const headerFrom = sections.at(-1)?.body.to ?? range.from;
      sections.push({
        header: { from: headerFrom, to: bodyStart },
        body: { from: bodyStart, to: next },
        bodyStart,
      });
      from = next;
    }
    return sections;
  }

  private findLine({ from, to }: Range, accepts: (line: Line) => boolean): number {
    for (let index = from; index < to; index++) {
      const line = this.lines[index];
      if (line && accepts(line)) return index;
    }
    return to;
  }

  /** Lowers the headers with placeholders for their bodies, and the bodies by themselves. */
  private compound(range: Range, sections: readonly Section[]): Stmt[] {
    const bodies = new Map(
      sections.map(({ body, bodyStart }) => [
        bodyStart + 1,
        () => ({ statements: this.block(body), members: [] }),
      ]),
    );
    const tail = { from: sections.at(-1)?.body.to ?? range.to, to: range.to };
    const skeleton = (headers: readonly string[]): string =>
      sections
        .map(({ body, bodyStart }, index) => {
          const line = this.lines[bodyStart];
          const indent = line ? (/^\s*/.exec(this.text.slice(line.start, line.end))?.[0] ?? "") : "";
          return `${headers[index]}\n${indent}pass${"\n".repeat(body.to - body.from - 1)}`;
        })
        .concat(tail.from < tail.to ? [this.textOf(tail)] : [])
        .join("\n");
    const headers = sections.map(({ header }) => this.textOf(header));
    const sound = this.lowerIfSound(skeleton(headers), range.from, bodies);
    if (sound) return sound;

    const repaired = sections.map((section, index) => this.repairedHeader(section, headers[index] ?? ""));
    const result = this.lowerIfSound(skeleton(repaired), range.from, bodies);
    if (result) return result;
    return [
      this.broken(range, "invalid syntax in the head of this statement"),
      ...sections.flatMap(({ body }) => this.block(body)),
    ];
  }

  /** The header itself when it parses, else its likeliest repair, else no more than its name. */
  private repairedHeader({ header }: Section, text: string): string {
    const before = CLAUSE.test(text) ? clauseOpening(text) : "";
    const indent = /^\s*/.exec(text.split("\n").find((line) => line.trim() !== "") ?? "")?.[0] ?? "";
    const parses = (candidate: string): boolean =>
      this.parsePiece(`${before}${candidate}\n${indent}  pass\n`, (root) => !root.hasError);
    if (parses(text)) return text;
    const repair = repairBrackets(text, { isHeader: true });
    const line = header.from;
    if (repair.problems.length === 0) this.note(line, 0, text, "invalid syntax");
    for (const { offset, message } of repair.problems) this.note(line, offset, text, message);
    return repair.candidates.find(parses) ?? bareHeader(text);
  }

  // --------------------------------------------------------- simple statements

  private simple(range: Range, text: string): Stmt[] {
    const repair = repairBrackets(text, { isHeader: false });
    for (const { offset, message } of repair.problems) this.note(range.from, offset, text, message);
    for (const candidate of repair.candidates) {
      const lowered = this.lowerIfSound(candidate, range.from);
      if (lowered) return lowered;
    }
    return this.opening(range, text) ?? this.asParsed(range, text);
  }

  /** What the parser made of the piece in spite of its errors. */
  private asParsed(range: Range, text: string): Stmt[] {
    return this.parsePiece(text, (root) => {
      const ctx = new Lowering(this.state, text, range.from);
      ctx.noteErrors(root);
      return lowerStatements(statementNodes(root), ctx);
    });
  }

  /** `target = <broken>` still says that the target is set, `return <broken>` that the function ends. */
  private opening(range: Range, text: string): Stmt[] | undefined {
    const found = /^\s*(?:[A-Za-z_][\w.]*\s*=(?!=)|return\b)/.exec(text);
    if (!found) return undefined;
    const at = this.spanOf(range);
    const opening = this.lowerIfSound(`${found[0]} ${UNREADABLE}`, range.from);
    if (opening) this.state.errors.push({ at, message: "invalid syntax" });
    return opening?.map((statement) => ({ ...statement, at }));
  }

  // ------------------------------------------------------------------- problems

  private broken(range: Range, reason: string): Stmt {
    const at = this.spanOf(range);
    return { kind: "broken", reason, at };
  }

  private spanOf({ from, to }: Range): Span {
    const first = this.lines[from];
    let last = to - 1;
    while (last > from && (this.lines[last]?.codeEnd ?? 0) <= (this.lines[last]?.start ?? 0)) last--;
    const end = this.lines[last];
    return {
      file: this.state.file,
      line: from + 1,
      column: first ? leadingSpace(this.text.slice(first.start, first.end)) + 1 : 1,
      endLine: last + 1,
      endColumn: end ? end.codeEnd - end.start + 1 : 1,
    };
  }

  /** Lists a problem at `offset` of a piece that starts at line `from`. */
  private note(from: number, offset: number, text: string, message: string): void {
    const before = text.slice(0, offset).split("\n");
    const line = from + before.length;
    const column = (before.at(-1)?.length ?? 0) + 1;
    this.state.errors.push({
      at: { file: this.state.file, line, column, endLine: line, endColumn: column + 1 },
      message,
    });
  }
}

function leadingSpace(line: string): number {
  return line.length - line.trimStart().length;
}

/** Something for an `else` or `except` to follow, so that it can be parsed by itself. */
function clauseOpening(text: string): string {
  const indent = /^\s*/.exec(text)?.[0] ?? "";
  const keyword = /^\s*(?:except|finally)\b/.test(text) ? "try" : "if True";
  return `${indent}${keyword}:\n${indent}  pass\n`;
}

/** What is left of a header that cannot be read, by its keyword; `owner` is `self, ` or `cls, ` where it begins so. */
const BARE_HEADERS: Readonly<Record<string, (name: string, owner: string) => string>> = {
  def: (name, owner) => `def ${name}(${owner}*args, **kwargs):`,
  class: (name) => `class ${name}:`,
  if: () => `if ${UNREADABLE}:`,
  elif: () => `elif ${UNREADABLE}:`,
  else: () => "else:",
  for: () => `for ${UNREADABLE} in ${UNREADABLE}:`,
  while: () => `while ${UNREADABLE}:`,
  with: () => `with ${UNREADABLE}:`,
  try: () => "try:",
  except: () => "except:",
  finally: () => "finally:",
};

/** A header reduced to its keyword and name, on as many lines as before. Decorators above it go too. */
function bareHeader(header: string): string {
  const lines = header.split("\n");
  const index = lines.findIndex((line) => HEADER.test(line));
  const [, indent = "", keyword = "", name = ""] = HEADER.exec(lines[index] ?? "") ?? [];
  const bare = entryOf(BARE_HEADERS, keyword);
  const [owner = ""] = /(?<=\(\s*)(?:self|cls)\b/.exec(header) ?? [];
  const shown = bare?.(name, owner && `${owner}, `);
  return shown === undefined ? header : lines.map((_, at) => (at === index ? indent + shown : "")).join("\n");
}
