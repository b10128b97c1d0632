/** Reads brackets and indentation of TypeScript and JavaScript without parsing. */

export interface CodeLine {
  /** Columns before the code; -1 for lines without code or inside a comment or template. */
  indent: number;
  /** Offset of the first character of code, and the one after the last. */
  codeStart: number;
  codeEnd: number;
  readonly brackets: Bracket[];
}

export interface Bracket {
  readonly char: string;
  readonly offset: number;
  /** Where the brace that ends `${…}` in a template belongs, when there is none: at its opener, or where it is missed. */
  readonly lostAt?: number;
}

/** What the scanner stands in: braces of `${…}` return to their template. */
type Context = "braces" | "substitution";

export function readCodeLines(text: string): CodeLine[] {
  const scanner = new Scanner(text);
  scanner.run();
  return scanner.lines;
}

class Scanner {
  readonly lines: CodeLine[] = [];
  private at = 0;
  private lineStart = 0;
  private line = newLine();
  private startsInside = false;
  private readonly contexts: Context[] = [];

  constructor(private readonly text: string) {}

  run(): void {
    while (this.at < this.text.length) this.step();
    this.lines.push(this.line);
  }

  private step(): void {
    const char = this.text[this.at] ?? "";
    const next = this.text[this.at + 1];
    if (char === "\n") this.newline(false);
    else if (/\s/.test(char)) this.at++;
    else if (char === "/" && next === "/") this.skipTo("\n");
    else if (char === "/" && next === "*") this.skipThrough("*/");
    else if (char === '"' || char === "'") this.skipString(char);
    else if (char === "`") this.template();
    else if (char === "/" && this.isRegex()) this.skipRegex();
    else this.code(char);
  }

  /** A backtick right behind an expression of `${…}` ends the template around it: the brace is missing. */
  private template(): void {
    const lineEnd = this.text.indexOf("\n", this.at);
    const rest = this.text.slice(this.at + 1, lineEnd === -1 ? this.text.length : lineEnd);
    const isEnd = /[\w$)\]]/.test(this.text[this.at - 1] ?? "") && ENDS_TEMPLATE.test(rest);
    if (this.contexts.at(-1) !== "substitution" || !isEnd) {
      this.skipTemplate();
      return;
    }
    this.contexts.pop();
    this.line.brackets.push({ char: "}", offset: this.at, lostAt: this.at });
    this.markCode(this.at, this.at + 1);
    this.at++;
  }

  private code(char: string): void {
    this.markCode(this.at, this.at + 1);
    if (char === "}" && this.contexts.at(-1) === "substitution") {
      this.contexts.pop();
      this.line.brackets.push({ char, offset: this.at });
      this.skipTemplate();
      return;
    }
    if (/[()[\]{}]/.test(char)) this.line.brackets.push({ char, offset: this.at });
    if (char === "{") this.contexts.push("braces");
    if (char === "}") this.contexts.pop();
    this.at++;
  }

  private markCode(from: number, to: number): void {
    if (this.line.codeEnd === 0) {
      this.line.codeStart = from;
      this.line.indent = this.startsInside ? -1 : from - this.lineStart;
    }
    this.line.codeEnd = to;
  }

  private newline(isInside: boolean): void {
    this.lines.push(this.line);
    this.line = newLine();
    this.at++;
    this.lineStart = this.at;
    this.startsInside = isInside;
  }

  private skipTo(end: string): void {
    const found = this.text.indexOf(end, this.at);
    this.at = found === -1 ? this.text.length : found;
  }

  /** Comments over several lines. */
  private skipThrough(end: string): void {
    const found = this.text.indexOf(end, this.at + 2);
    const stop = found === -1 ? this.text.length : found + end.length;
    while (this.at < stop) {
      if (this.text[this.at] === "\n") this.newline(true);
      else this.at++;
    }
  }

  private skipString(quote: string): void {
    const start = this.at++;
    while (this.at < this.text.length && this.text[this.at] !== quote && this.text[this.at] !== "\n")
      this.at += this.text[this.at] === "\\" ? 2 : 1;
    if (this.text[this.at] === quote) this.at++;
    this.markCode(start, this.at);
  }

  /** From a backtick, or from the brace that ends a substitution, to the next of either. */
  private skipTemplate(): void {
    this.markCode(this.at, this.at + 1);
    this.at++;
    while (this.at < this.text.length) {
      const char = this.text[this.at];
      if (char === "\\") this.at += 2;
      else if (char === "\n") this.newline(true);
      else if (char === "`") {
        this.markCode(this.at, this.at + 1);
        this.at++;
        return;
      } else if (char === "$" && this.text[this.at + 1] === "{") {
        this.markCode(this.at, this.at + 2);
        const lostAt = this.lostSubstitution(this.at + 2);
        this.at += 2;
        this.line.brackets.push({ char: "{", offset: this.at - 1, ...(lostAt !== undefined && { lostAt }) });
        if (lostAt !== undefined) continue;
        this.contexts.push("substitution");
        return;
      } else this.at++;
    }
  }

  /**
   * Where the expression after `${` ends when its brace is missing: the line ends first, or a backtick comes that
   * opens no template of its own, since it stands right behind text.
   */
  private lostSubstitution(start: number): number | undefined {
    const lineEnd = this.text.indexOf("\n", start);
    const inside = this.text.slice(start, lineEnd === -1 ? this.text.length : lineEnd);
    const end = substitutionEnd(inside);
    if (end !== "missing") return undefined;
    const [expression = ""] = /^[\w$]*(?:\??\.[\w$]+|\([^()`]*\)|\[[^[\]`]*\])*/.exec(inside) ?? [];
    return start + expression.length;
  }

  /** A slash divides after a value, and opens a regular expression elsewhere. */
  private isRegex(): boolean {
    const before = this.text.slice(Math.max(0, this.at - 30), this.at).trimEnd();
    return /(?:^|[(,=:[!&|?{};+\-*%~^<>\n]|\b(?:return|typeof|case|in|of|void|do|else))$/.test(before);
  }

  private skipRegex(): void {
    const found = /\/(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n[])+\//y;
    found.lastIndex = this.at;
    const match = found.exec(this.text);
    const end = this.at + (match ? match[0].length : 1);
    this.markCode(this.at, end);
    this.at = end;
  }
}

/** What follows a template on its line, rather than stands in it. */
const ENDS_TEMPLATE = /^\s*(?:$|\+\s*$|[),;\]}])/;

function substitutionEnd(inside: string): "closed" | "missing" | "below" {
  let depth = 0;
  for (let i = 0; i < inside.length; i++) {
    const char = inside[i] ?? "";
    if (char === "'" || char === '"') {
      const end = inside.indexOf(char, i + 1);
      if (end > 0) i = end;
    } else if (char === "`") {
      const end = inside.indexOf("`", i + 1);
      const isLast = end < 0 && ENDS_TEMPLATE.test(inside.slice(i + 1));
      if (isLast || /[\w$)\].!?,:%;]$/.test(inside.slice(0, i))) return "missing";
      if (end < 0) return "below";
      i = end;
    } else if ("([{".includes(char)) depth++;
    else if (char === "}" && depth <= 0) return "closed";
    else if (")]}".includes(char)) depth--;
  }
  // What opens a bracket at the line's end goes on below.
  return depth > 0 || /[,?:+\-*/&|=<>.]\s*$|^\s*$/.test(inside) ? "below" : "missing";
}

function newLine(): CodeLine {
  return { indent: -1, codeStart: 0, codeEnd: 0, brackets: [] };
}
