/**
 * Reads Python's lines without parsing: indentation, brackets, strings, and which lines start a
 * statement. Where a bracket is missing, keywords and indentation say where statements begin again.
 */
import { entryOf } from "../../base/table.ts";
export interface Line {
  /** Offsets into the text; the end stands before the line break. */
  readonly start: number;
  readonly end: number;
  /** Columns of white space before the code, a tab counting to the next eighth; -1 for a line without code of its own. */
  readonly indent: number;
  readonly startsStatement: boolean;
  /** The last character of code is a colon. */
  readonly opensBlock: boolean;
  /** The last token asks for more (`x =`, `nn.`), which only brackets may put on the next line. */
  readonly endsOpen: boolean;
  /** Offset after the last character of code. */
  readonly codeEnd: number;
  readonly brackets: readonly Bracket[];
}

export interface Bracket {
  readonly char: string;
  readonly offset: number;
}

const CLOSER_OF: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

export function closerOf(opener: string): string {
  return entryOf(CLOSER_OF, opener) ?? "";
}

export function isCloser(char: string | undefined): boolean {
  return char === ")" || char === "]" || char === "}";
}

/** Takes one bracket; says whether it was a closer without opener. */
export function pushBracket(stack: Bracket[], bracket: Bracket): "stray" | "fits" {
  if (!isCloser(bracket.char)) {
    stack.push(bracket);
    return "fits";
  }
  const opener = stack.findLastIndex((open) => closerOf(open.char) === bracket.char);
  if (opener === -1) return "stray";
  stack.length = opener;
  return "fits";
}

/** Never found inside brackets at the start of a line, so they start a statement whatever is open. */
const HARD_START =
  /^(?:(?:async\s+)?def\s+\w|class\s+\w|@\w|(?:return|raise|import|from|while|try|pass|break|continue|assert|del|global|nonlocal|elif|except|finally)\b|(?:(?:async\s+)?(?:for|with)|if|else)\b.*:$)/;
/** Starts a statement when it stands no deeper than the statement that is still open. */
const SOFT_START =
  /^(?:[A-Za-z_][\w.]*\s*(?:\[[^\]]*\]\s*)?(?:,\s*[A-Za-z_][\w.]*\s*)*(?:[-+*/|&^%@]?=(?!=)|:|\()|(?:if|for|with|await|yield|print)\b)/;
/** What a function's parameters cannot be, while the bracket around them is open: its body has begun. */
const BODY_START = /^(?:super\(|(?:self|cls)\.\w+\s*(?:[-+*/]?=(?!=)|\())/;
const NO_PARAMETER = /^[A-Za-z_]\w*\s*[.([]/;
/** A name where the line above has ended one: no operator stands between them. */
const ENDS_VALUE = /[\w)\]}"']$/;
const NAME = /^(?!(?:if|else|and|or|in|is|not|for)\b)[A-Za-z_]/;
const FUNCTION_HEAD = /^(?:async\s+)?def\b/;
export const COMPOUND =
  /^(?:(?:async\s+)?(?:def|for|with)|class|if|elif|else|while|try|except|finally|match|case)\b/;

/** An `=` that is no comparison, a dot that belongs to no number and no ellipsis. */
const ENDS_OPEN = /(?:[^=!<>]=|[A-Za-z_)\]][\w]*\.)$/;

/** Everything between tokens that matter here: brackets, quotes, comments, line ends. */
const TOKEN = /[()[\]{}]|#[^\n]*|"""|'''|"|'|\\\r?\n|\r?\n/g;

export function readLines(text: string): Line[] {
  const raw = readPhysicalLines(text);
  const lines: Line[] = [];
  const stack: Bracket[] = [];
  let statementIndent = 0;
  let isCompound = false;
  let isFunction = false;
  let previous: RawLine | undefined;
  for (const line of raw) {
    if (line.indent < 0) {
      for (const bracket of line.brackets) pushBracket(stack, bracket);
      lines.push({ ...line, startsStatement: false });
      continue;
    }
    const code = text.slice(line.codeStart, line.codeEnd);
    const isOpen = stack.length > 0;
    const restarts =
      HARD_START.test(code) ||
      (line.indent <= statementIndent && SOFT_START.test(code) && !code.endsWith(",")) ||
      (isCompound && previous?.opensBlock === true && line.indent > statementIndent) ||
      (isFunction &&
        stack.length === 1 &&
        line.indent > statementIndent &&
        previous !== undefined &&
        beginsBody(code, text.slice(previous.codeStart, previous.codeEnd), previous.endsOpen));
    const startsStatement = !line.continues && !isCloser(code[0]) && (!isOpen || restarts);
    if (startsStatement) {
      stack.length = 0;
      statementIndent = line.indent;
      isCompound = COMPOUND.test(code);
      isFunction = FUNCTION_HEAD.test(code);
    }
    for (const bracket of line.brackets) pushBracket(stack, bracket);
    lines.push({ ...line, startsStatement });
    previous = line;
  }
  return lines;
}

/** Below a function's head whose bracket is still open: is this the body's first line, not another parameter? */
function beginsBody(code: string, above: string, endsOpen: boolean): boolean {
  if (BODY_START.test(code)) return true;
  return !endsOpen && (NO_PARAMETER.test(code) || (ENDS_VALUE.test(above) && NAME.test(code)));
}

/** Says whether a statement's text breaks a line where Python does not allow it. */
export function hasOpenEnd(text: string): boolean {
  if (!/[=.][ \t]*(?:#.*)?\r?\n/.test(text)) return false;
  const stack: Bracket[] = [];
  return readLines(text).some((line) => {
    for (const bracket of line.brackets) pushBracket(stack, bracket);
    return line.endsOpen && stack.length === 0;
  });
}

export interface RawLine extends Omit<Line, "startsStatement"> {
  readonly codeStart: number;
  /** Follows a line that ends in a backslash. */
  readonly continues: boolean;
}

export function readPhysicalLines(text: string): RawLine[] {
  const lines: RawLine[] = [];
  const starts = lineStarts(text);
  let position = 0;
  let inString = false;
  let continues = false;
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] ?? 0;
    const end = lineEnd(text, start);
    // The string that this line stands in ends further down.
    if (position > end || (inString && position > start && position >= end)) {
      lines.push({
        start,
        end,
        indent: -1,
        codeStart: end,
        codeEnd: end,
        opensBlock: false,
        endsOpen: false,
        brackets: [],
        continues: false,
      });
      continue;
    }
    const startsInString = inString;
    const from = Math.max(start, position);
    const scan = scanLine(text, from, end);
    position = scan.next;
    inString = scan.next > end;
    const codeStart = start + (/^[ \t\f]*/.exec(text.slice(start, end))?.[0].length ?? 0);
    const hasCode = scan.codeEnd > codeStart;
    lines.push({
      start,
      end,
      indent: startsInString || !hasCode ? -1 : indentWidth(text.slice(start, codeStart)),
      codeStart,
      codeEnd: hasCode ? scan.codeEnd : codeStart,
      opensBlock: !inString && hasCode && text[scan.codeEnd - 1] === ":",
      endsOpen: !inString && hasCode && ENDS_OPEN.test(text.slice(codeStart, scan.codeEnd)),
      brackets: scan.brackets,
      continues,
    });
    continues = text[end - 1] === "\\" || (text[end - 1] === "\r" && text[end - 2] === "\\");
  }
  return lines;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end === -1 ? text.length : end;
}

function indentWidth(space: string): number {
  let width = 0;
  for (const char of space) width = char === "\t" ? width - (width % 8) + 8 : width + 1;
  return width;
}

/** Brackets and the end of code from `from` to the line's end; `next` lies beyond it when a string goes on. */
function scanLine(
  text: string,
  from: number,
  end: number,
): { next: number; codeEnd: number; brackets: Bracket[] } {
  const brackets: Bracket[] = [];
  let comment = end;
  TOKEN.lastIndex = from;
  for (let found = TOKEN.exec(text); found && found.index < end; found = TOKEN.exec(text)) {
    const token = found[0];
    const offset = found.index;
    if (token[0] === "#") {
      comment = offset;
      break;
    }
    if (token[0] === '"' || token[0] === "'") {
      const close = closingQuote(text, offset, token);
      if (close > end) return { next: close, codeEnd: end, brackets };
      TOKEN.lastIndex = close;
    } else if (token.length === 1 && token !== "\n") {
      brackets.push({ char: token, offset });
    } else {
      break;
    }
  }
  let codeEnd = comment;
  while (codeEnd > from && /\s/.test(text[codeEnd - 1] ?? "")) codeEnd--;
  return { next: end, codeEnd, brackets };
}

/** Where a string that opens at `offset` ends. One that never closes ends with its line. */
function closingQuote(text: string, offset: number, quote: string): number {
  const isTriple = quote.length === 3;
  for (let at = offset + quote.length; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (!isTriple && text[at] === "\n") return at;
    else if (text.startsWith(quote, at))
      return swallowsCode(text, offset, at, isTriple) ? lineEnd(text, offset) : at + quote.length;
  }
  return lineEnd(text, offset);
}

/**
 * A triple-quoted text with a definition left of where it began lost its end, and the quote found
 * opens another text. At the same indentation that needs the quote to be followed by text.
 */
function swallowsCode(text: string, offset: number, close: number, isTriple: boolean): boolean {
  if (!isTriple) return false;
  const indent = indentOf(text.slice(text.lastIndexOf("\n", offset) + 1, offset));
  if (indent === 0) return false;
  const isOpener = /\w/.test(text[close + 3] ?? "");
  return text
    .slice(offset, close)
    .split("\n")
    .slice(1)
    .some((line) => DEFINITION.test(line) && indentOf(line) < indent + (isOpener ? 1 : 0));
}

const DEFINITION = /^[ \t]*(?:def \w+\(.*|class \w+.*:\s*|@\w.*)$/;

function indentOf(line: string): number {
  return indentWidth(/^[ \t]*/.exec(line)?.[0] ?? "");
}
