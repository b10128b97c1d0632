/**
 * Puts in closing brackets that are missing, where the indentation says they belong. One missing
 * brace would otherwise nest all that follows, or cost the parser a whole class. What is put in
 * stands at the end of a line, so that the lines below keep their places.
 */
import { entryOf } from "../../base/table.ts";
import { UNREADABLE } from "../tree.ts";
import { type Bracket, type CodeLine, readCodeLines } from "./layout.ts";

export interface Repair {
  /** Likely texts, in the order to try. */
  readonly candidates: readonly string[];
  /** Texts that give the damaged line up. */
  readonly withoutLine: readonly string[];
  readonly problems: readonly { readonly offset: number; readonly message: string }[];
}

/** More than a slip of the hand: the text is not indented as it nests. */
const MAX_REPAIRS = 8;
const MAX_CANDIDATES = 12;
const CLOSER_OF: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Undefined when the brackets fit the indentation, or do not fit it at all. */
export function repairBrackets(text: string): Repair | undefined {
  const search = new Search(text);
  for (const line of readCodeLines(text)) search.line(line);
  search.end();
  const found = search.insertions.length + search.strays.length;
  if (found === 0 || found > MAX_REPAIRS) return undefined;
  return {
    candidates: search.candidates().slice(0, MAX_CANDIDATES),
    withoutLine: search.withoutLine(),
    problems: search.problems(),
  };
}

interface OpenBracket extends Bracket {
  readonly line: CodeLine;
  /** Indentation of the statement that the bracket belongs to; its line may continue one from above. */
  readonly indent: number;
}

interface Insertion {
  readonly opener: Bracket;
  readonly place: number;
}

class Search {
  readonly insertions: Insertion[] = [];
  readonly strays: Bracket[] = [];
  private readonly open: OpenBracket[] = [];
  private previous: CodeLine | undefined;
  private readonly seen: CodeLine[] = [];
  /** See `OpenBracket.indent`. */
  private indent = 0;

  constructor(private readonly text: string) {}

  line(line: CodeLine): void {
    if (line.indent >= 0) this.closeAbove(line);
    const orphaned = this.isOrphan(line) ? this.insertBefore(line) : undefined;
    if (line.indent >= 0) this.seen.push(line);
    this.indent = orphaned ?? line.indent;
    for (const bracket of line.brackets) {
      if (entryOf(CLOSER_OF, bracket.char)) this.opens(bracket, line);
      else this.closes(bracket, line);
    }
    if (line.codeEnd > 0) this.previous = line;
  }

  end(): void {
    while (this.open.length > 0) this.insertAbove();
  }

  /** What a line left of an opener's line finds open has lost its closer. */
  private closeAbove(line: CodeLine): void {
    for (let top = this.open.at(-1); top && line.indent <= top.indent; top = this.open.at(-1)) {
      const isItsCloser =
        this.text[line.codeStart] === entryOf(CLOSER_OF, top.char) && line.indent === top.indent;
      if (top.indent < 0 || isItsCloser || this.continues(line, top)) return;
      this.insertAbove();
    }
  }

  /** An `else` or `catch` in a block that has nothing for it to follow: the brace before it is missing. */
  private isOrphan(line: CodeLine): boolean {
    const top = this.open.at(-1);
    const code = this.text.slice(line.codeStart, line.codeEnd);
    if (top?.char !== "{" || line.indent <= top.indent || !/^(?:else|catch|finally)\b/.test(code))
      return false;
    const before = this.seen.findLast(({ indent }) => indent <= line.indent);
    const words = before ? this.text.slice(before.codeStart, before.codeEnd) : "";
    return !before || before.indent < line.indent || !/^(?:if|else|try|catch|\})/.test(words);
  }

  /** Closes the open block before the line; the line belongs where that block does. */
  private insertBefore(line: CodeLine): number | undefined {
    const opener = this.open.pop();
    if (opener) this.insertions.push({ opener, place: line.codeStart });
    return opener?.indent;
  }

  /** Operators at a line's start go on with the expression above; cases may stand below their switch. */
  private continues(line: CodeLine, top: OpenBracket): boolean {
    return (
      line.indent === top.indent &&
      /^(?:[.?:&|+]|(?:case|default)\b)/.test(this.text.slice(line.codeStart, line.codeEnd))
    );
  }

  private insertAbove(): void {
    const opener = this.open.pop();
    const line = this.previous;
    if (!opener || !line) return;
    const code = this.text.slice(line.codeStart, line.codeEnd);
    // Names in braces end before their module's specifier; parentheses before what separates statements.
    const source = /^(?:import|export)\b.*?(\s+from\s*["'])/.exec(code);
    const tail = source?.[1] ? code.length - code.lastIndexOf(source[1]) : 0;
    const isSeparated = /[;,]$/.test(code) && opener.char !== "{";
    this.insertions.push({ opener, place: line.codeEnd - (tail || (isSeparated ? 1 : 0)) });
  }

  private opens(bracket: Bracket, line: CodeLine): void {
    if (bracket.char === "{" && bracket.lostAt !== undefined) {
      this.insertions.push({ opener: bracket, place: bracket.lostAt });
      return;
    }
    const top = this.open.at(-1);
    if (bracket.char === "{" && top?.char === "(" && this.endsHead(bracket, line)) {
      this.open.pop();
      const head = this.text.slice(0, bracket.offset);
      this.insertions.push({ opener: top, place: head.trimEnd().length });
      if (bracket.offset === line.codeStart) this.indent = top.indent;
    }
    this.open.push({ ...bracket, line, indent: this.indent });
  }

  /** The brace of `if (a {` opens a block, although a parenthesis is open: an operand stands before it. */
  private endsHead(brace: Bracket, line: CodeLine): boolean {
    if (brace.offset !== line.codeEnd - 1) return false;
    const head = this.text.slice(line.codeStart, brace.offset).trimEnd();
    // The brace of a head over several lines stands by itself, where the parenthesis before it is missing.
    const paren = this.open.at(-1);
    if (head === "" && paren && line.indent >= 0 && line.indent <= paren.indent + 1) return true;
    const isControl = /^(?:\}\s*)?(?:if|for|while|switch|catch|else\s+if)\b/.test(head);
    // A definition's head without parameters: nothing stands before the brace.
    if (
      /^(?:(?:export|default|async|static|public|private|protected|get|set)\s+)*function\b[\w$\s*]*\($/.test(
        head,
      )
    )
      return true;
    if (/^(?:(?:(?:async|static|public|private|protected|get|set)\s+)+[\w$#]+|constructor)\($/.test(head))
      return true;
    return (
      (isControl && /(?:[\w\])'"`]|\+\+|--)$/.test(head)) ||
      (/^[\w\s#*]+\(/.test(head) && /(?:[\w\]'"`]|(?<!=)>)$/.test(head))
    );
  }

  private closes(bracket: Bracket, line: CodeLine): void {
    if (bracket.lostAt !== undefined) {
      const lost = this.open.pop();
      if (lost) this.insertions.push({ opener: lost, place: bracket.lostAt });
      return;
    }
    const index = this.open.findLastIndex(({ char }) => entryOf(CLOSER_OF, char) === bracket.char);
    const opener = this.open[index];
    const startsLine = bracket.offset === line.codeStart && line.indent >= 0;
    if (
      !opener ||
      (startsLine && bracket.char === "}" && line.indent > opener.indent && opener.indent >= 0)
    ) {
      this.strays.push(bracket);
      return;
    }
    this.indent = Math.min(this.indent, opener.indent);
    for (const lost of this.open.splice(index).slice(1).reverse())
      this.insertions.push({ opener: lost, place: bracket.offset });
  }

  candidates(): string[] {
    const repaired = this.repaired(this.insertions, this.strays);
    const [only, ...more] = this.insertions;
    if (!only || more.length > 0 || this.strays.length > 0) return [repaired, ...this.single()];
    const others = placesFor(this.text, only).map((place) => this.repaired([{ ...only, place }], []));
    return [repaired, ...others];
  }

  /** Each repair by itself: the others may be sound code that is indented in a way of its own. */
  private single(): string[] {
    return [
      ...this.insertions.map((insertion) => this.repaired([insertion], [])),
      ...this.strays.map((stray) => this.repaired([], [stray])),
    ];
  }

  /** The text without the code of the damaged line; a block it opened stays. */
  withoutLine(): string[] {
    const repaired = this.repaired(this.insertions, this.strays);
    const offset = this.insertions[0]?.opener.offset ?? this.strays[0]?.offset ?? 0;
    const start = this.text.lastIndexOf("\n", offset) + 1;
    const lineEnd = this.text.indexOf("\n", offset);
    const end = lineEnd === -1 ? this.text.length : lineEnd;
    const line = this.text.slice(start, end);
    const heads = /\{\s*$/.test(line) ? [`${UNREADABLE}() {`, "{"] : [""];
    const [from, to] = [repaired.slice(0, start), this.text.slice(end)];
    return heads.map((head) => from + " ".repeat(line.length - line.trimStart().length) + head + to);
  }

  private repaired(insertions: readonly Insertion[], strays: readonly Bracket[]): string {
    const edits = [
      ...insertions.map(({ opener, place }, order) => ({
        place,
        order,
        remove: 0,
        text: entryOf(CLOSER_OF, opener.char) ?? "",
      })),
      ...strays.map(({ offset }) => ({ place: offset, order: 0, remove: 1, text: " " })),
    ].sort((a, b) => a.place - b.place || a.order - b.order);
    let result = "";
    let copied = 0;
    for (const { place, remove, text } of edits) {
      result += this.text.slice(copied, place) + text;
      copied = place + remove;
    }
    return result + this.text.slice(copied);
  }

  problems(): Repair["problems"] {
    return [
      ...this.insertions.map(({ opener }) => ({
        offset: opener.offset,
        message: `"${opener.char}" was never closed`,
      })),
      ...this.strays.map(({ char, offset }) => ({ offset, message: `unmatched "${char}"` })),
    ];
  }
}

/** Places on the opener's line where its closer may stand too: before each separator, from right to left. */
function placesFor(text: string, { opener, place }: Insertion): number[] {
  const lineEnd = text.indexOf("\n", opener.offset);
  const between = text.slice(opener.offset + 1, lineEnd === -1 ? text.length : lineEnd);
  const separators = [...between.matchAll(/\s*=>|\s+[=?]\s|\s*[,:;)\]}]|\s+\{|\.(?=\w+\()/g)];
  return separators
    .map((found) => opener.offset + 1 + found.index)
    .filter((other) => other !== place)
    .reverse();
}
