/**
 * Blanks two kinds of types before parsing, because the grammar gives them the whole operation before
 * them: it reads `x + w!` as `(x + w)!` and `a + f<T>(b)` as `(a + f)<T>(b)`, which turns precedence
 * around. Offsets stay, and literals are read from the text as written, so strings take no harm.
 */
import { entryOf } from "../../base/table.ts";
export function blankTypes(text: string): string {
  const marked = text.includes("accessor")
    ? text.replace(STATIC_ACCESSOR, (mark) => " ".repeat(mark.length))
    : text;
  return blankTypeArguments(marked.includes("!") ? marked.replace(NON_NULL, " ") : marked);
}

/** The grammar knows `accessor`, but not behind `static`. */
const STATIC_ACCESSOR = /(?<=^\s*static\s+)accessor(?=\s+[\w$#[])/gm;

const NON_NULL =
  /(?<=[\w$)\]])(?<!\b(?:return|typeof|case|in|of|void|await|throw|delete|else|do|yield))!(?=[\s.,;:?)\]}*/%+\-<>&|^`([]|$)/gm;

const OPENING = /[\w$]<(?=[\w$({["'])/g;
/** All that types are made of, besides brackets. */
const TYPE_TEXT = /[\w$\s.,:;?|&"'-]/;
const CLOSER: Readonly<Record<string, string>> = { "<": ">", "(": ")", "[": "]", "{": "}" };
/** Longer lists of type arguments are left to the grammar. */
const MAX_LENGTH = 400;

function blankTypeArguments(text: string): string {
  const pieces: string[] = [];
  let copied = 0;
  OPENING.lastIndex = 0;
  for (let found = OPENING.exec(text); found; found = OPENING.exec(text)) {
    const start = found.index + 1;
    const end = typeArgumentsEnd(text, start);
    if (end === undefined) continue;
    pieces.push(text.slice(copied, start), text.slice(start, end).replace(/[^\r\n]/g, " "));
    copied = end;
    OPENING.lastIndex = end;
  }
  return pieces.length === 0 ? text : pieces.join("") + text.slice(copied);
}

/** Where `<…>` ends, if it holds types only and a call's parenthesis or template follows. */
function typeArgumentsEnd(text: string, start: number): number | undefined {
  const open: string[] = [];
  const limit = Math.min(text.length, start + MAX_LENGTH);
  for (let at = start; at < limit; at++) {
    const char = text[at] ?? "";
    const closer = entryOf(CLOSER, char);
    if (closer) open.push(closer);
    else if (char === "=" && text[at + 1] === ">") at++;
    else if (char === open.at(-1)) {
      open.pop();
      if (open.length === 0) return /^[(`]/.test(text.slice(at + 1, at + 2)) ? at + 1 : undefined;
    } else if (!TYPE_TEXT.test(char) || text.startsWith("&&", at) || text.startsWith("||", at))
      return undefined;
  }
  return undefined;
}
