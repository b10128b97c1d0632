/** Cuts TypeScript and JavaScript along its indentation: blocks into statements or members, statements into blocks. */
import { type CodeLine, readCodeLines } from "./layout.ts";

export type Mode = "statements" | "members";

/** Whole lines of a module. */
export interface Piece {
  readonly text: string;
  readonly linesAbove: number;
  readonly mode: Mode;
}

/** A head that ends with a brace, and what stands in the block. */
export interface Section {
  readonly head: Piece;
  readonly body: Piece;
}

export interface Compound {
  readonly sections: readonly Section[];
  /** From the line that closes the last block. */
  readonly tail: string;
}

export const CLASS_HEAD = /^(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\b/;

/** Goes on with the statement above although it stands at the start of its line. */
const CONTINUES = /^(?:[)\]}.?:&|+*/=<>,;]|else\b|catch\b|finally\b|while\b)/;
/** In a class body, `*` starts a generator. */
const CONTINUES_MEMBER = /^[)\]}.?:&|+/=<>,;]/;
/** Blocks that hold statements or members, with what may stand before their brace. */
const BLOCK_HEAD =
  /^(?:\}\s*)?(?:(?:export|default|async|abstract|declare)\s+)*(?:function|class|namespace|if|else|for|while|do|try|catch|finally)\b|=>\s*\{$/;
const METHOD_HEAD =
  /^(?:(?:public|private|protected|static|async|override|abstract|get|set)\s+)*\*?\s*[\w$#[\]."']+\s*[(<]|^static\s*\{$|=>\s*\{$/;

export function split(whole: Piece): readonly Piece[] {
  const { text, mode } = whole;
  const lines = text.split("\n");
  const code = readCodeLines(text);
  const indents = code.map(({ indent }) => indent).filter((indent) => indent >= 0);
  const base = indents[0] ?? 0;
  const continues = mode === "members" ? CONTINUES_MEMBER : CONTINUES;
  const starts: number[] = [];
  let isDecorated = false;
  for (const [index, line] of code.entries()) {
    if (line.indent < 0 || line.indent > base) continue;
    const words = text.slice(line.codeStart, line.codeEnd);
    if (!isDecorated && (starts.length === 0 || !continues.test(words))) starts.push(index);
    isDecorated = words.startsWith("@") && !words.endsWith("{");
  }
  return starts.map((start, i) => {
    const from = i === 0 ? 0 : start;
    return { text: lines.slice(from, starts[i + 1]).join("\n"), linesAbove: whole.linesAbove + from, mode };
  });
}

/** A piece's blocks, one after the other; undefined when it has none, or is nothing that has. */
export function compoundOf(piece: Piece): Compound | undefined {
  const { text, linesAbove, mode } = piece;
  const lines = text.split("\n");
  const code = readCodeLines(text);
  const first = code.findIndex(({ indent }) => indent >= 0);
  const base = code[first]?.indent ?? 0;
  const range = (from: number, to: number): Piece => ({
    text: lines.slice(from, to).join("\n"),
    linesAbove: linesAbove + from,
    mode,
  });
  const sections: Section[] = [];
  let from = 0;
  for (;;) {
    const brace = braceLine(code, text, sections.length === 0 ? first : from);
    const head = brace === undefined ? "" : lines.slice(from, brace + 1).join("\n");
    if (brace === undefined || !isBlockHead(withoutDecorators(head), mode)) break;
    const next = code.findIndex((line, i) => i > brace && line.indent >= 0 && line.indent <= base);
    const end = next < 0 ? lines.length : next;
    if (end <= brace + 1) break;
    sections.push({ head: range(from, brace + 1), body: range(brace + 1, end) });
    from = end;
    if (next < 0) break;
  }
  return sections.length > 0 ? { sections, tail: lines.slice(from).join("\n") } : undefined;
}

/** The line whose brace opens the block of the head that starts in line `start`. */
function braceLine(code: readonly CodeLine[], text: string, start: number): number | undefined {
  const base = code[start]?.indent ?? 0;
  for (let index = start; index < code.length; index++) {
    const line = code[index];
    if (!line || line.codeEnd === 0) continue;
    const isBelow = index > start && line.indent >= 0 && line.indent <= base;
    if (isBelow && !/^[)\]}]/.test(text.slice(line.codeStart, line.codeEnd))) {
      if (!text.slice(line.codeStart, line.codeEnd).startsWith("@")) return undefined;
    }
    if (text[line.codeEnd - 1] === "{") return index;
  }
  return undefined;
}

function withoutDecorators(head: string): string {
  return head.replace(/^(?:\s*(?:@.*|\/\/.*|\/?\*.*|)\n)*/, "").trim();
}

function isBlockHead(head: string, mode: Mode): boolean {
  return mode === "members" && !head.startsWith("}") ? METHOD_HEAD.test(head) : BLOCK_HEAD.test(head);
}
