/** A call as it is written: its callee and arguments with the text around them, so that an edit keeps the rest. */
import type { Language } from "../../syntax/ast.ts";

export interface ArgumentText {
  /** Offsets of the whole argument in the call's text. */
  readonly start: number;
  readonly end: number;
  /** `stride=2` has a name, `*sizes` and `**options` are spread. */
  readonly name?: string;
  readonly value: string;
  readonly spread: boolean;
}

export interface CallText {
  readonly text: string;
  readonly callee: string;
  readonly args: readonly ArgumentText[];
  /** Offsets of what stands between the parentheses (of the object's braces, in TypeScript). */
  readonly inside: readonly [start: number, end: number];
}

interface Syntax {
  readonly lineComment: string;
  readonly quotes: readonly string[];
}

const PYTHON: Syntax = { lineComment: "#", quotes: ['"""', "'''", '"', "'"] };
const TYPESCRIPT: Syntax = { lineComment: "//", quotes: ['"', "'", "`"] };
const OPENING = "([{";
const CLOSING = ")]}";

/** `nn.Conv2d(3, 64, kernel_size=3)` */
export function readPythonCall(text: string): CallText | undefined {
  const open = openerOfEnd(text, PYTHON);
  if (open === undefined || text.at(-1) !== ")") return undefined;
  const args = split(text, open + 1, text.length - 1, PYTHON).map(([start, end]) =>
    argument(text, start, end, "="),
  );
  return { text, callee: text.slice(0, open).trim(), args, inside: [open + 1, text.length - 1] };
}

/** `tf.layers.conv2d({ filters: 64, kernelSize: 3 })` */
export function readConfigCall(text: string): CallText | undefined {
  const open = openerOfEnd(text, TYPESCRIPT);
  if (open === undefined || text.at(-1) !== ")") return undefined;
  const [config, ...more] = split(text, open + 1, text.length - 1, TYPESCRIPT);
  if (!config || more.length > 0 || text[config[0]] !== "{" || text[config[1] - 1] !== "}") return undefined;
  const inside: readonly [number, number] = [config[0] + 1, config[1] - 1];
  const args = split(text, ...inside, TYPESCRIPT).map(([start, end]) => argument(text, start, end, ":"));
  return { text, callee: text.slice(0, open).trim(), args, inside };
}

/** `tf.conv2d(x, weight, 1, "same")` */
export function readListedCall(text: string): CallText | undefined {
  const open = openerOfEnd(text, TYPESCRIPT);
  if (open === undefined || text.at(-1) !== ")") return undefined;
  const inside: readonly [number, number] = [open + 1, text.length - 1];
  const args = split(text, ...inside, TYPESCRIPT).map(([start, end]): ArgumentText => {
    const value = text.slice(start, end);
    return { start, end, value, spread: value.startsWith("...") };
  });
  return { text, callee: text.slice(0, open).trim(), args, inside };
}

function argument(text: string, start: number, end: number, sign: "=" | ":"): ArgumentText {
  const whole = text.slice(start, end);
  if (/^(\*|\.\.\.)/.test(whole)) return { start, end, value: whole, spread: true };
  const named = sign === "=" ? /^(\w+)\s*=(?!=)\s*/.exec(whole) : /^['"]?(\w+)['"]?\s*:\s*/.exec(whole);
  if (named) return { start, end, name: named[1]!, value: whole.slice(named[0].length), spread: false };
  // `{ filters }` is short for `{ filters: filters }`.
  return { start, end, ...(sign === ":" && { name: whole }), value: whole, spread: false };
}

/** Places of the parts between commas, without comments and blanks around them. */
function split(text: string, start: number, end: number, syntax: Syntax): [number, number][] {
  const parts: [number, number][] = [];
  let from: number | undefined;
  let to = start;
  let depth = 0;
  const finish = (): void => {
    if (from !== undefined) parts.push([from, to]);
    from = undefined;
  };
  for (const { at, length, kind } of scan(text, start, end, syntax)) {
    if (kind === "comment" || kind === "blank") continue;
    if (kind === "," && depth === 0) {
      finish();
      continue;
    }
    if (kind === "open") depth++;
    if (kind === "close") depth--;
    from ??= at;
    to = at + length;
  }
  finish();
  return parts;
}

/** Offsets of the parts between the commas of Python text. */
export function pythonParts(
  text: string,
  start: number,
  end: number,
): readonly (readonly [number, number])[] {
  return split(text, start, end, PYTHON);
}

/** The length of the text up to the bracket that closes its first one; undefined when none does. */
export function closingOf(text: string, language: Language = "typescript"): number | undefined {
  let depth = 0;
  const syntax = language === "python" ? PYTHON : TYPESCRIPT;
  for (const { at, kind } of scan(text, 0, text.length, syntax)) {
    if (kind === "open") depth++;
    if (kind === "close") depth--;
    if (kind === "close" && depth === 0) return at + 1;
  }
  return undefined;
}

/** The bracket that the last character closes. */
function openerOfEnd(text: string, syntax: Syntax): number | undefined {
  const open: number[] = [];
  let last: number | undefined;
  for (const { at, kind } of scan(text, 0, text.length, syntax)) {
    if (kind === "open") open.push(at);
    if (kind === "close") last = open.pop();
  }
  return open.length === 0 ? last : undefined;
}

interface Token {
  readonly at: number;
  readonly length: number;
  readonly kind: "comment" | "blank" | "string" | "," | "open" | "close" | "other";
}

function* scan(text: string, start: number, end: number, { lineComment, quotes }: Syntax): Generator<Token> {
  let at = start;
  while (at < end) {
    const quote = quotes.find((mark) => text.startsWith(mark, at));
    const character = text[at]!;
    let length = 1;
    let kind: Token["kind"] = "other";
    if (text.startsWith(lineComment, at)) {
      const line = text.indexOf("\n", at);
      [length, kind] = [(line < 0 || line > end ? end : line) - at, "comment"];
    } else if (quote) [length, kind] = [stringLength(text, at, quote, end), "string"];
    // A line that goes on behind a backslash.
    else if (/^\\[ \t]*\r?\n/.test(text.slice(at, at + 4))) kind = "blank";
    else if (/\s/.test(character)) kind = "blank";
    else if (character === ",") kind = ",";
    else if (OPENING.includes(character)) kind = "open";
    else if (CLOSING.includes(character)) kind = "close";
    yield { at, length, kind };
    at += length;
  }
}

function stringLength(text: string, start: number, quote: string, end: number): number {
  let at = start + quote.length;
  while (at < end && !text.startsWith(quote, at)) at += text[at] === "\\" ? 2 : 1;
  return Math.min(at + quote.length, end) - start;
}

/** In what stands between two arguments. */
const COMMENT = /#|\/[/*]/;

/** A change to an argument: its new text, or null to leave it out. */
export type ArgumentEdits = ReadonlyMap<ArgumentText, string | null>;

/** The call with some arguments changed and some added at their end (before spread ones); the layout stays. */
export function editCall(
  call: CallText,
  callee: string,
  edits: ArgumentEdits,
  added: readonly string[],
): string {
  const { text, args, inside } = call;
  const open = text.indexOf(call.callee) + call.callee.length;
  const kept = args.filter((arg) => edits.get(arg) !== null);
  const lastPlain = kept.filter(({ spread }) => !spread).at(-1);
  const ownLines = text.slice(inside[0], args[0]?.start ?? inside[0]).includes("\n") && args.length > 1;
  const lineStart = (at: number): string =>
    /[ \t]*$/.exec(text.slice(text.lastIndexOf("\n", at) + 1, at))?.[0] ?? "";
  const separator =
    ownLines &&
    lastPlain &&
    text.slice(0, lastPlain.start).trimEnd() !== text.slice(0, lastPlain.start).replace(/[ \t]+$/, "")
      ? `,\n${lineStart(lastPlain.start)}`
      : ", ";
  const more = added.map((argument) => separator + argument).join("");
  // Arguments that are left out behind the last one go first, with the comments that stand there.
  let addedAt = lastPlain ? args.indexOf(lastPlain) : -1;
  while (addedAt >= 0 && args[addedAt + 1] && edits.get(args[addedAt + 1]!) === null) addedAt++;
  let result = callee + text.slice(open, inside[0]);
  let at = inside[0];
  let first = true;
  let behindComment = false;
  args.forEach((arg, index) => {
    const edit = edits.get(arg);
    if (edit === null) {
      // The comma before it goes with it, or the one behind it when nothing is before; comments stay.
      const next = args[index + 1]?.start ?? inside[1];
      const gap = text.slice(at, arg.start);
      const comma = /^\s*,/.exec(text.slice(arg.end, next))?.[0].length ?? 0;
      if (first) {
        const behind = text.slice(arg.end + comma, next).trimStart();
        result += gap + (COMMENT.test(behind) ? behind : "");
        at = args[index + 1] ? next : arg.end;
      } else {
        behindComment ||= COMMENT.test(gap);
        result += COMMENT.test(gap) ? gap.trimEnd() : "";
        at = arg.end + (behindComment ? comma : 0);
      }
    } else {
      result += text.slice(at, arg.start);
      if (first && lastPlain === undefined && added.length > 0) result += `${added.join(", ")}, `;
      result += edit ?? text.slice(arg.start, arg.end);
      at = arg.end;
      first = false;
      behindComment = false;
    }
    if (index !== addedAt) return;
    const ownLine = `\n${lineStart(lastPlain?.start ?? 0)}`;
    if (!behindComment) result += more;
    else if (added.length > 0) result += `${ownLine}${added.join(`,${ownLine}`)},`;
  });
  if (first) result += added.join(", ");
  return result + text.slice(at);
}
