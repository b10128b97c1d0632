/** Characters as Python sees them: texts are runs of code points, where JavaScript counts halves of the large ones. */

const PAIRS = /[\ud800-\udfff]/;
/** What `str.isspace` says, as the inside of a character class. */
export const SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const AT_START = new RegExp(`^[${SPACES}]+`);
const AT_END = new RegExp(`[${SPACES}]$`);

/** May code points and JavaScript's units differ in number? */
export function hasPairs(text: string): boolean {
  return PAIRS.test(text);
}

/** `len(text)`. */
export function lengthOf(text: string): number {
  if (!hasPairs(text)) return text.length;
  let points = 0;
  for (let unit = 0; unit < text.length; points++) unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  return points;
}

/** The unit where a code point starts. */
export function unitOf(text: string, point: number): number {
  if (!hasPairs(text)) return point;
  let unit = 0;
  for (let left = point; left > 0 && unit < text.length; left--)
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  return unit;
}

/** How many code points stand before a unit. */
export function pointOf(text: string, unit: number): number {
  return lengthOf(text.slice(0, unit));
}

/** Without white space at its start. */
export function trimmedStart(text: string): string {
  return text.replace(AT_START, "");
}

/** Without white space at its end: searched from there, for a long text may be full of it. */
export function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && AT_END.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

export function trimmed(text: string): string {
  return trimmedEnd(trimmedStart(text));
}

/** The parts between runs of white space. */
export function words(text: string): readonly RegExpExecArray[] {
  return [...text.matchAll(new RegExp(`[^${SPACES}]+`, "g"))];
}

const NUMERIC = /\p{Nd}/u;

/** Decimal digits of all scripts as ASCII ones: each script's ten stand one after the other. */
export function asciiDigits(text: string): string {
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    let zero = code;
    while (NUMERIC.test(String.fromCodePoint(zero - 1))) zero--;
    return String((code - zero) % 10);
  });
}

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

export function isPrintable(text: string): boolean {
  return text.search(UNPRINTABLE) < 0;
}

/** Characters that cannot be printed as escapes. */
export function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** A character as `\xhh`, `\uhhhh` or `\Uhhhhhhhh`. */
export function escaped(char: string): string {
  const code = char.codePointAt(0)!;
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}

/** Letters whose folded form is not the small form of their capital. */
const FOLDS_TO_ITSELF = /[\u0131\u13a0-\u13f5]/;
const FOLDS_TO_CAPITAL = /[\uab70-\uabbf\u13f8-\u13fd]/;

/** `str.casefold()`. */
export function caseFolded(text: string): string {
  return Array.from(text, (char) => {
    if (FOLDS_TO_ITSELF.test(char)) return char;
    if (FOLDS_TO_CAPITAL.test(char)) return char.toUpperCase();
    return Array.from(char.toLowerCase().toUpperCase(), (capital) => capital.toLowerCase()).join("");
  }).join("");
}

/** `str.title()` of one run of letters with cases. */
function titled(word: string): string {
  const [first = "", ...rest] = word;
  const [capital = "", ...more] = first.toUpperCase();
  return capital + more.join("").toLowerCase() + rest.join("").toLowerCase();
}

export function title(text: string): string {
  return text.replace(/\p{Cased}+/gu, titled);
}

export function capitalized(text: string): string {
  const [first = ""] = text;
  return titled(first) + text.toLowerCase().slice(first.toLowerCase().length);
}

const LINE_ENDS = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const LINE = new RegExp(`[^${LINE_ENDS}]*(?:\\r\\n|[${LINE_ENDS}])|[^${LINE_ENDS}]+$`, "g");
const LINE_END = new RegExp(`(?:\\r\\n|[${LINE_ENDS}])$`);

/** `str.splitlines()`. */
export function linesOf(text: string, keepEnds: boolean): string[] {
  const lines = text.match(LINE) ?? [];
  return keepEnds ? lines : lines.map((line) => line.replace(LINE_END, ""));
}
