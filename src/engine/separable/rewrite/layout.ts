/** How rewritten code is laid out: on one line where it fits, one part a line where it does not. */

/** What formatters of the day allow in a line. */
export const WIDTH = 88;

export interface Margin {
  /** Of the line that the call starts on. */
  readonly indent: string;
  readonly unit: string;
}

/** `open`, the parts one a line and deeper by one level, `close`; all of it `levels` deeper than the call was. */
export function block(
  open: string,
  parts: readonly string[],
  close: string,
  { indent, unit }: Margin,
  levels: 0 | 1 = 0,
): string {
  const outer = indent + unit.repeat(levels);
  const inner = outer + unit;
  const lines = parts.map(
    (part) => `${inner}${wrapped(indented(part, unit.repeat(levels + 1)), inner, unit)},\n`,
  );
  return `${open}\n${lines.join("")}${outer}${close}`;
}

/** The swapped form under a condition (`""` for none), else the call as it was, or what is there for other layers. */
export function guarded(
  swapped: string,
  guard: string,
  { text, otherwise, indent, unit }: Margin & { readonly text: string; readonly otherwise?: string },
): string {
  if (guard === "") return swapped;
  const call = otherwise ?? text;
  const inner = indent + unit;
  return `(\n${inner}${swapped}\n${inner}if ${guard}\n${inner}else ${indented(call, unit)}\n${indent})`;
}

/** Lines after the first one deeper by a level. */
export function indented(text: string, unit: string): string {
  return text.replaceAll("\n", `\n${unit}`);
}

/** A call that is too long for its line gets its arguments on the next. */
function wrapped(part: string, indent: string, unit: string): string {
  if (part.includes("\n") || part.length + indent.length + 1 <= WIDTH + 32) return part;
  const open = part.indexOf("(");
  if (open < 0 || !part.endsWith(")")) return part;
  return `${part.slice(0, open + 1)}\n${indent}${unit}${part.slice(open + 1, -1)}\n${indent})`;
}

/** May an expression be written several times: it neither takes from an iterator nor assigns. */
export function usesTwice(text: string): boolean {
  return !/:=|\byield\b|\bawait\b|\bnext\s*\(|\.pop\s*\(|\.shift\s*\(|\+\+|--|\brand/.test(text);
}

interface Layout {
  readonly indent: string;
  readonly unit: string;
  readonly width: number;
}

/** On one line where it fits, else the arguments on the next, else one a line. */
export function laidOut(
  open: string,
  args: readonly string[],
  close: string,
  { indent, unit, width }: Layout,
): string {
  const line = `${open}${args.join(", ")}${close}`;
  if (indent.length + line.length <= width) return line;
  const inner = indent + unit;
  const joined = args.join(", ");
  if (inner.length + joined.length <= width) return `${open}\n${inner}${joined}\n${indent}${close}`;
  return `${open}\n${args.map((arg) => `${inner}${arg},\n`).join("")}${indent}${close}`;
}

/** As long as the file's own lines of code are, within what formatters are set to. */
export function widthOf(source: string): number {
  const code = source.split("\n").filter((line) => !/^\s*#|https?:/.test(line));
  const longest = code.reduce((most, { length }) => Math.max(most, length), 0);
  return Math.min(120, Math.max(longest, WIDTH));
}

/** The quotation mark that the file uses more. */
export function quoteOf(source: string): '"' | "'" {
  const count = (quote: string): number => source.split(quote).length;
  return count("'") > count('"') ? "'" : '"';
}
